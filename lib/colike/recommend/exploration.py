"""Exploration: some places of each list go to items that few people like.

Without it an item that nobody is shown gathers no likes, and no source that learns from likes ever
lists it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Ints
from colike.compute.compiled import compiled
from colike.config.recommend import ExplorationConfig
from colike.recommend.catalogue import Catalogue
from colike.recommend.histories import Histories
from colike.recommend.lists import Lists
from colike.recommend.scorers import Scorer


@dataclass(frozen=True)
class ExploringScorer:
    """Lists in which some places are taken by the best of another scorer, of items with few likes.

    Where the other scorer has no item left that it has scored, the place stays as it was.
    """

    usual: Scorer
    rare: Scorer
    explored: Bools

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the usual lists' scorer."""
        return self.usual.catalogue

    @property
    def k(self) -> int:
        """Length of the lists."""
        return len(self.explored)

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        usual, rare = self.usual(histories), self.rare(histories)
        rare_items = np.where(rare.are_scored, rare.items, np.int32(-1))
        both = Lists.joined([usual, rare], axis=1)
        return both.picked(explored_places(usual.items, rare_items, self.explored))


def exploring(
    usual: Scorer, rare: Callable[[int], Scorer], settings: ExplorationConfig
) -> ExploringScorer:
    """Return what makes the usual lists with some places explored.

    Args:
        usual: The scorer of the usual lists.
        rare: Returns the scorer of lists of a length, of items with few likes alone.
        settings: Which places are explored.
    """
    # So many usual items may stand before the last explored place, and be in both lists.
    length = min(settings.last_rank, usual.catalogue.size)
    return ExploringScorer(usual, rare(length), explored_ranks(settings, usual.k))


def explored_ranks(settings: ExplorationConfig, k: int) -> Bools:
    """Return, for each place of a list of length k, whether it is explored.

    The share of the places between the first and the last rank, evenly spread and as late as
    possible.

    >>> few = ExplorationConfig(share=0.4, fewer_likes_than=10, first_rank=6, last_rank=10)
    >>> [1 + int(place) for place in np.flatnonzero(explored_ranks(few, 50))]
    [8, 10]
    """
    ranks = np.arange(1, k + 1)
    # Shares are written in decimals: 3 * .3333 is meant to be 1.
    upto = np.floor((ranks - settings.first_rank + 1) * settings.share + 1e-3)
    before = np.floor((ranks - settings.first_rank) * settings.share + 1e-3)
    inside = (ranks >= settings.first_rank) & (ranks <= settings.last_rank)
    return np.asarray(inside & (upto > before))


@compiled
def explored_places(items: Ints, rare: Ints, explored: Bools) -> Ints:
    """Return positions in the usual list and, behind it, the rare one (-1 for none).

    Args:
        items: item_idx of the usual lists, users x k; -1 where a list has ended.
        rare: item_idx of the rare items, users x length; -1 where there are no more.
        explored: Which of the k places are explored.
    """
    users, k = items.shape
    length = rare.shape[1]
    places = np.full((users, k), -1, np.int32)
    for user in range(users):
        chosen = np.empty(k, np.int32)
        usual = few = 0
        for rank in range(k):
            place, item = -1, -1
            if explored[rank]:
                while few < length and (chosen[:rank] == rare[user, few]).any():
                    few += 1
                if few < length and rare[user, few] >= 0:
                    place, item = k + few, rare[user, few]
            if place < 0:
                while usual < k and (chosen[:rank] == items[user, usual]).any():
                    usual += 1
                if usual < k and items[user, usual] >= 0:
                    place, item = usual, items[user, usual]
            if place < 0:
                break
            places[user, rank] = place
            chosen[rank] = item
    return places
