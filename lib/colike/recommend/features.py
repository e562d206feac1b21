"""What a ranker knows of a user and a candidate: one row of numbers.

All of it comes from train ratings and from the user's own history. Sums run in double precision
over a user's items in order, so that a row does not depend on the batch that the user is in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.data.history import RATED
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import DETRACTORS, LIKES, ROWS, Histories
from colike.recommend.lists import Lists

# Opinions that are ratings; they come first in `Histories`.
OPINIONS = len(RATED)
# Ratings that a share is pulled towards the mean with: of an item, of a user.
ITEM_PRIOR, USER_PRIOR = 10.0, 5.0
# Added to the size of all sums of a part, so that an opinion from next to nothing is near 0.
SOFT = 0.1
OF_CANDIDATE = ("score", "score / best", "rank")
OF_PART = (*RATED, "opinion", "rank")
OF_ITEM = ("popularity", "likes / raters", "detractors / raters")
OF_USER = ("ratings", "likes / ratings", "detractors / ratings", "likes beyond items'",
           "detractors beyond items'")  # fmt: skip


@dataclass(frozen=True)
class Features:
    """What is needed to describe candidates.

    Attributes:
        parts: Graphs by name, whose weights from a user's ratings are added up by opinion.
        raters: Users of each opinion of each item in train, opinions x items, as in RATED.
    """

    parts: Sequence[tuple[str, NeighbourGraph]]
    raters: Longs

    @property
    def names(self) -> list[str]:
        """The features, in order."""
        parts = [f"{part}: {name}" for part, _ in self.parts for name in OF_PART]
        items, users = ([f"{of}: {name}" for name in names]
                        for of, names in (("item", OF_ITEM), ("user", OF_USER)))  # fmt: skip
        return [*OF_CANDIDATE, *parts, *items, *users]

    def __call__(self, histories: Histories, candidates: Lists) -> Floats:
        """Return the features of each candidate, users x length of the lists x features.

        They have no meaning for fallbacks, and past the end of a list.
        """
        items = np.maximum(candidates.items, 0)
        counts = candidates.are_scored
        columns = _of_candidates(candidates.scores)
        for _, graph in self.parts:
            columns += _of_part(sums_by_opinion(
                histories.indptr, histories.items, items, graph.indptr, graph.items, graph.weights
            ), counts)  # fmt: skip
        shares = shares_of(self.raters)
        columns += [column[items] for column in (self.raters[LIKES], *shares.T)]
        mine = _of_users(histories, self.raters, shares)
        columns += [np.broadcast_to(column[:, None], items.shape) for column in mine]
        return np.stack(columns, axis=-1).astype(np.float32)


def shares_of(raters: Longs) -> Doubles:
    """Return the share of likes and of detractors among each item's raters, items x 2.

    They are pulled towards the shares among all ratings, as if of ITEM_PRIOR more raters.
    """
    total = max(int(raters.sum()), 1)
    wanted = raters[[LIKES, DETRACTORS]].astype(np.float64)
    prior = wanted.sum(axis=1) / total
    return np.asarray((wanted.T + ITEM_PRIOR * prior) / (raters.sum(axis=0)[:, None] + ITEM_PRIOR))


def _of_candidates(scores: Doubles) -> list[Doubles]:
    best = np.maximum(scores.max(axis=1, keepdims=True, initial=0), 1e-9)
    ranks = np.broadcast_to(np.arange(scores.shape[1], dtype=np.float64), scores.shape)
    return [scores, scores / best, ranks]


def _of_part(sums: Doubles, counts: Bools) -> list[Doubles]:
    likes, passives, detractors = (sums[:, :, opinion] for opinion in range(OPINIONS))
    opinion = (likes - detractors) / (np.abs(sums).sum(axis=2) + SOFT)
    # What fills a list up has no part in the ranks.
    order = np.argsort(np.where(counts, -likes, np.inf), axis=1, kind="stable")
    ranks = np.empty_like(likes)
    places = np.broadcast_to(np.arange(likes.shape[1], dtype=np.float64), likes.shape)
    np.put_along_axis(ranks, order, places, axis=1)
    return [likes, passives, detractors, opinion, ranks]


def _of_users(histories: Histories, raters: Longs, shares: Doubles) -> list[Doubles]:
    sizes = np.diff(histories.indptr).reshape(len(histories), ROWS).astype(np.float64)
    likes, detractors = sizes[:, LIKES], sizes[:, DETRACTORS]
    rated = sizes[:, :OPINIONS].sum(axis=1)
    total = max(int(raters.sum()), 1)
    means = [raters[opinion].sum() / total for opinion in (LIKES, DETRACTORS)]
    expected = expected_opinions(histories.indptr, histories.items, shares)
    own = [(count + USER_PRIOR * mean) / (rated + USER_PRIOR)
           for count, mean in zip((likes, detractors), means, strict=True)]  # fmt: skip
    beyond = [(count - expected[:, place]) / (rated + ITEM_PRIOR)
              for place, count in enumerate((likes, detractors))]  # fmt: skip
    return [rated, *own, *beyond]


@compiled
def sums_by_opinion(
    rows: Longs, history: Ints, candidates: Ints, indptr: Longs, items: Ints, weights: Doubles
) -> Doubles:
    """Return the weights from each user's ratings to each candidate, users x candidates x 3.

    Args:
        rows: Where each row of `history` begins, as in `Histories`.
        history: item_idx of what users have seen.
        candidates: item_idx, users x candidates.
        indptr: Where each item's neighbours begin in `items` and `weights`.
        items: Neighbours' item_idx.
        weights: Their weights.
    """
    users, length = candidates.shape
    sums = np.zeros((users, length, OPINIONS))
    slots = np.full(len(indptr) - 1, -1, np.int32)
    for user in range(users):
        # From the last on, so that of equal items the first counts.
        for slot in range(length - 1, -1, -1):
            slots[candidates[user, slot]] = slot
        for opinion in range(OPINIONS):
            row = ROWS * user + opinion
            for item in history[rows[row] : rows[row + 1]]:
                for at in range(indptr[item], indptr[item + 1]):
                    slot = slots[items[at]]
                    if slot >= 0:
                        sums[user, slot, opinion] += weights[at]
        slots[candidates[user]] = -1
    return sums


@compiled
def expected_opinions(rows: Longs, history: Ints, shares: Doubles) -> Doubles:
    """Return how many of each user's ratings all raters would have as likes, as detractors.

    That is the sum of the items' `shares` (items x 2); `rows` and `history` are of `Histories`.
    """
    users = (len(rows) - 1) // ROWS
    expected = np.zeros((users, 2))
    for user in range(users):
        first = ROWS * user
        for item in history[rows[first] : rows[first + OPINIONS]]:
            expected[user, 0] += shares[item, 0]
            expected[user, 1] += shares[item, 1]
    return expected
