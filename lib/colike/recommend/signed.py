"""Sources whose neighbours have signed weights, many of each item: EASE and its like.

Every item has a sum, so that nothing stops at a weight below zero, and what users think of an item
counts as the source says. Sums run in double precision over a user's items in order.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import insert
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import ROWS, Histories
from colike.recommend.kernel import BECAUSE_PARTS, empty_lists, fill_unseen
from colike.recommend.lists import Lists


@dataclass(frozen=True)
class SignedScorer:
    """Adds up the signed neighbours of all that a user has seen, weighed by opinion.

    Items with a sum above zero are listed; `graph` has only items that may be recommended.

    Attributes:
        catalogue: The items.
        graph: From each item to its neighbours.
        worth: What each opinion weighs, in the order of `histories`.
        k: Length of the lists.
    """

    catalogue: Catalogue
    graph: NeighbourGraph
    worth: Doubles
    k: int

    @cached_property
    def edges(self) -> tuple[Longs, Ints, Floats, Longs, Ints, Floats]:
        """The graph, and the graph turned round, as the kernel reads them."""
        both = (self.graph, self.graph.turned())
        one, other = ((g.indptr, g.items, g.weights.astype(np.float32)) for g in both)
        return (*one, *other)

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        catalogue = self.catalogue
        return Lists(
            *score_signed(
                histories.indptr,
                histories.items,
                self.worth,
                *self.edges,
                catalogue.popular,
                catalogue.order,
                self.k,
            )
        )


@compiled
def add_signed(
    rows: Longs, history: Ints, user: int, worth: Doubles,
    indptr: Longs, items: Ints, weights: Floats, sums: Doubles,
) -> None:  # fmt: skip
    """Add the weights of a user's neighbours to `sums`, by item_idx."""
    sums[:] = 0.0
    for opinion in range(ROWS):
        factor = worth[opinion]
        if factor == 0:
            continue
        row = ROWS * user + opinion
        for item in history[rows[row] : rows[row + 1]]:
            for at in range(indptr[item], indptr[item + 1]):
                sums[items[at]] += factor * weights[at]


@compiled
def score_signed(
    rows: Longs, history: Ints, worth: Doubles,
    indptr: Longs, items: Ints, weights: Floats,
    back_indptr: Longs, back_items: Ints, back_weights: Floats,
    popular: Ints, order: Ints, k: int,
) -> tuple[Ints, Doubles, Ints, Ints, Doubles, Bools]:  # fmt: skip
    """Return the arrays of Lists: each user's k best unseen items, then popular ones.

    Args:
        rows: Where each row of `history` begins, as in `Histories`.
        history: item_idx of what users have seen.
        worth: What each opinion weighs.
        indptr: Where each item's neighbours begin in `items` and `weights`.
        items: Neighbours' item_idx.
        weights: Their signed weights.
        back_indptr: Where the items that lead to each item begin.
        back_items: Their item_idx.
        back_weights: Their signed weights.
        popular: item_idx of allowed items, most popular first: the fallback.
        order: Rank of each item_idx by item id, which breaks ties.
        k: Length of the lists.
    """
    users, n = (len(rows) - 1) // ROWS, len(order)
    best, scores, supports, because, parts, fallback = empty_lists(users, k)
    sums, factors = np.zeros(n), np.zeros(n)
    taken = np.zeros(n, np.bool_)
    for user in range(users):
        known = history[rows[ROWS * user] : rows[ROWS * (user + 1)]]
        add_signed(rows, history, user, worth, indptr, items, weights, sums)
        sums[known] = 0.0
        filled, least = 0, 0.0
        for item in range(n):
            score = sums[item]
            if score > 0 and score >= least:
                filled = insert(scores[user], best[user], filled, score, item, order)
                if filled == k:
                    least = scores[user, k - 1]
        for opinion in range(ROWS):
            row = ROWS * user + opinion
            factors[history[rows[row] : rows[row + 1]]] = worth[opinion]
        for slot in range(filled):
            supports[user, slot] = _explain(
                best[user, slot], factors, back_indptr, back_items, back_weights, order,
                because[user, slot], parts[user, slot],
            )  # fmt: skip
        factors[known] = 0.0
        fill_unseen(popular, known, taken, best[user], fallback[user], filled)
    return best, scores, supports, because, parts, fallback


@compiled
def _explain(
    item: int, factors: Doubles, indptr: Longs, items: Ints, weights: Floats, order: Ints,
    because: Ints, parts: Doubles,
) -> int:  # fmt: skip
    """Fill in what adds most to an item's score; return how many items add to it."""
    support, filled = 0, 0
    for at in range(indptr[item], indptr[item + 1]):
        part = factors[items[at]] * weights[at]
        if part > 0:
            support += 1
            if filled < BECAUSE_PARTS or part >= parts[filled - 1]:
                filled = insert(parts, because, filled, part, items[at], order)
    return support
