"""Maximal marginal relevance (Carbonell and Goldstein, 1998): lists of less similar items."""

from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Doubles, Floats, Ints
from colike.compute.compiled import compiled
from colike.compute.topk import dot
from colike.recommend.catalogue import Catalogue
from colike.recommend.histories import Histories
from colike.recommend.lists import Lists
from colike.recommend.scorers import Scorer


@dataclass(frozen=True)
class DiverseScorer:
    """Picks items from a longer list by their relevance and their distance from those picked.

    The next item is the one with the largest
    `relevance * score' - (1 - relevance) * largest cosine with an item picked before`,
    where score' is the score scaled to 0 .. 1 within the longer list. Scores are unchanged, so
    they need not fall with rank. Fallback items follow in their own order.
    """

    longer: Scorer
    vectors: Floats
    relevance: float
    k: int

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the longer lists' scorer."""
        return self.longer.catalogue

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        lists = self.longer(histories)
        places = marginal_places(
            lists.items, lists.scores, lists.fallback, self.vectors, self.relevance, self.k
        )
        return lists.picked(places)


@compiled
def marginal_places(
    items: Ints, scores: Doubles, fallback: Bools, vectors: Floats, relevance: float, k: int
) -> Ints:
    """Return positions in the longer lists (users x k, -1 for none), in the order picked.

    Args:
        items: item_idx, users x length; -1 where a list has ended.
        scores: Their scores.
        fallback: Whether they are fallbacks, which follow all others.
        vectors: Unit vectors by item_idx; zeros where there is none.
        relevance: From 0 (only distance counts) to 1 (the order stays).
        k: How many are picked.
    """
    users, length = items.shape
    places = np.full((users, k), -1, np.int32)
    for user in range(users):
        scored = 0
        while scored < length and items[user, scored] >= 0 and not fallback[user, scored]:
            scored += 1
        worth = _relevance_of(scores[user, :scored])
        nearest = np.full(scored, -np.inf)
        taken = np.zeros(scored, np.bool_)
        for rank in range(k):
            if rank >= scored:
                if rank < length and items[user, rank] >= 0:
                    places[user, rank] = rank
                continue
            best, most = -1, 0.0
            for place in range(scored):
                near = nearest[place] if rank > 0 else 0.0
                value = relevance * worth[place] - (1.0 - relevance) * near
                if not taken[place] and (best < 0 or value > most):
                    best, most = place, value
            taken[best] = True
            places[user, rank] = best
            own = vectors[items[user, best]].astype(np.float64)
            for place in range(scored):
                if not taken[place]:
                    cosine = dot(own, vectors[items[user, place]])
                    nearest[place] = max(nearest[place], cosine)
    return places


@compiled
def _relevance_of(scores: Doubles) -> Doubles:
    """Return the scores scaled to 0 .. 1, or all 1 if they are equal."""
    worth = np.ones(len(scores))
    if len(scores):
        least, most = scores.min(), scores.max()
        if most > least:
            worth = (scores - least) / (most - least)
    return worth
