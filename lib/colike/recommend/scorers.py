"""Scorers turn histories into lists: the interface, and the neighbour and global scorers."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import Histories
from colike.recommend.kernel import AGGREGATES, score_users
from colike.recommend.lists import Lists


class Scorer(Protocol):
    """A source that is ready to score; executors receive it once and call it on batches."""

    @property
    def catalogue(self) -> Catalogue:
        """The items that it knows, and the popular ones that it may recommend."""
        ...

    @property
    def k(self) -> int:
        """Length of the lists."""
        ...

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users; each depends only on that user's history."""
        ...


@dataclass(frozen=True)
class NeighbourScorer:
    """Adds up the neighbours of a user's likes; `graph` has only items that may be recommended."""

    catalogue: Catalogue
    graph: NeighbourGraph
    aggregate: str
    k: int

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        return Lists(
            *score_users(
                histories.indptr,
                histories.items,
                self.graph.indptr,
                self.graph.items,
                self.graph.weights,
                self.catalogue.popular,
                self.catalogue.order,
                AGGREGATES[self.aggregate],
                self.k,
            )
        )


@dataclass(frozen=True)
class PopularScorer:
    """Recommends the popular items that the user has not seen, scored by train likes."""

    catalogue: Catalogue
    k: int

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users; none of the items counts as a fallback."""
        nothing = NeighbourGraph.empty(self.catalogue.size)
        lists = NeighbourScorer(self.catalogue, nothing, "sum", self.k)(histories)
        likes = self.catalogue.likes[np.maximum(lists.items, 0)]
        scores = np.where(lists.items >= 0, likes, 0).astype(np.float64)
        never = np.zeros_like(lists.fallback)
        return Lists(lists.items, scores, lists.supports, lists.because, lists.parts, never)
