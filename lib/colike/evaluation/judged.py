"""Lists with their test ratings: the single input of every ranking metric."""

from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Doubles, Longs

NOWHERE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Scale:
    """Which ratings are likes and which are detractors."""

    like_at_least: float
    detractor_at_most: float


@dataclass(frozen=True)
class Judged:
    """The lists of eligible users (at least one test like), judged by their test ratings.

    The first seven arrays are users x longest k, in list order; the last two are by user.

    Attributes:
        items: item_idx, -1 past the end of a list.
        there: Whether there is an item.
        rated: Whether it has a test rating.
        liked: Whether that rating is a like.
        disliked: Whether that rating is a detractor.
        fallback: Whether the item was filled in from the popular list.
        popular_rank: Its rank from 1 in popularity's own list, NOWHERE if it is not there.
        likes: Number of test likes.
        passives: Number of passive test ratings.
    """

    items: Longs
    there: Bools
    rated: Bools
    liked: Bools
    disliked: Bools
    fallback: Bools
    popular_rank: Longs
    likes: Longs
    passives: Longs


@dataclass(frozen=True)
class TestRows:
    """Test ratings of a batch of users: user u rated `items[indptr[u]:indptr[u + 1]]`."""

    __test__ = False  # not a test case, despite its name

    indptr: Longs
    items: Longs
    ratings: Doubles


def judge(lists: Longs, fallback: Bools, popular: Longs, test: TestRows, scale: Scale) -> Judged:
    """Return the judged lists of the users who like at least one test item.

    Args:
        lists: users x longest k, item_idx in list order, -1 past the end.
        fallback: users x longest k.
        popular: users x longest k: popularity's lists for the same users, or all -1.
        test: The users' test ratings.
        scale: Which ratings are likes and detractors.
    """
    likes = _per_user(test, test.ratings >= scale.like_at_least)
    below = test.ratings < scale.like_at_least
    passives = _per_user(test, below & (test.ratings > scale.detractor_at_most))
    ratings = _look_up(lists, test)
    rated = ~np.isnan(ratings)
    eligible = likes > 0
    judged = Judged(
        items=lists,
        there=lists >= 0,
        rated=rated,
        liked=rated & (ratings >= scale.like_at_least),
        disliked=rated & (ratings <= scale.detractor_at_most),
        fallback=fallback,
        popular_rank=_ranks_in(popular, lists),
        likes=likes,
        passives=passives,
    )
    return Judged(**{name: array[eligible] for name, array in vars(judged).items()})


def eligible_users(test: TestRows, scale: Scale) -> Bools:
    """Return which users like at least one test item."""
    return _per_user(test, test.ratings >= scale.like_at_least) > 0


def _per_user(test: TestRows, counted: Bools) -> Longs:
    running = np.concatenate([[0], np.cumsum(counted)])
    counts: Longs = running[test.indptr[1:]] - running[test.indptr[:-1]]
    return counts


def _look_up(lists: Longs, test: TestRows) -> Doubles:
    """Return each listed item's test rating, NaN if it has none."""
    if not len(test.items):
        return np.full(lists.shape, np.nan)
    base = int(max(lists.max(initial=0), test.items.max())) + 2
    owner = np.repeat(np.arange(len(lists)), np.diff(test.indptr))
    keys = owner * base + test.items
    order = np.argsort(keys)
    wanted = np.arange(len(lists))[:, None] * base + np.where(lists < 0, base - 1, lists)
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][at] == wanted, test.ratings[order][at], np.nan)


def _ranks_in(others: Longs, lists: Longs) -> Longs:
    """Return each listed item's rank from 1 in `others`, NOWHERE if it is not there."""
    same = (lists[:, :, None] == others[:, None, :]) & (lists >= 0)[:, :, None]
    ranks = np.where(same, np.arange(1, others.shape[1] + 1), NOWHERE)
    lowest: Longs = ranks.min(axis=2, initial=NOWHERE)
    return lowest
