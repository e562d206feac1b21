"""Vector sources: a user's vector is the sum of the liked items' vectors; scores are cosines.

A blocked matrix product in single precision finds candidates. Their cosines are computed again
in double precision and ordered by (descending cosine, item id), so that a list does not depend
on the block that the user was in.
"""

from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import dot, insert
from colike.recommend.catalogue import Catalogue
from colike.recommend.histories import ROWS, Histories
from colike.recommend.kernel import empty_lists, fill_unseen
from colike.recommend.lists import Lists

# Cells of a users x items product that are in memory at once.
CELLS = 1 << 22


@dataclass(frozen=True)
class VectorScorer:
    """Ranks all items by their cosine with the sum of the liked items' vectors.

    The parts of a score are what each like contributes to it.

    Attributes:
        catalogue: The items.
        vectors: Unit vectors by item_idx, zeros where an item has none.
        may: Which items may be recommended.
        margin: How many more candidates than k are rescored.
        k: Length of the lists.
    """

    catalogue: Catalogue
    vectors: Floats
    may: Bools
    margin: int
    k: int

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        size = max(1, CELLS // self.catalogue.size)
        blocks = [self._lists(histories.of_users(*block)) for block in histories.blocks(size)]
        return Lists.joined(blocks)

    def _lists(self, histories: Histories) -> Lists:
        sums = liked_sums(histories.indptr, histories.items, self.vectors)
        product = sums.astype(np.float32) @ self.vectors.T
        wanted = min(self.k + self.margin, self.catalogue.size)
        candidates = largest_unseen(product, histories.indptr, histories.items, self.may, wanted)
        return Lists(
            *rescored(
                histories.indptr,
                histories.items,
                sums,
                candidates,
                self.vectors,
                self.catalogue.popular,
                self.catalogue.order,
                self.k,
            )
        )


@compiled
def liked_sums(rows: Longs, history: Ints, vectors: Floats) -> Doubles:
    """Return the sum of each user's liked vectors, users x dimensions.

    `rows` and `history` are those of `Histories`.
    """
    sums = np.zeros(((len(rows) - 1) // ROWS, vectors.shape[1]), np.float64)
    for user in range(len(sums)):
        for like in history[rows[ROWS * user] : rows[ROWS * user + 1]]:
            sums[user] += vectors[like]
    return sums


@compiled
def largest_unseen(scores: Floats, rows: Longs, history: Ints, may: Bools, size: int) -> Ints:
    """Return the item_idx of each user's largest scores among unseen items that are allowed.

    `scores` is users x items, the result users x size, -1 where there are no more; `rows` and
    `history` are those of `Histories`.
    """
    users, n = scores.shape
    found = np.full((users, size), -1, np.int32)
    order = np.arange(n).astype(np.int32)
    keys, open_ = np.empty(size, np.float64), may.copy()
    for user in range(users):
        mine = history[rows[ROWS * user] : rows[ROWS * (user + 1)]]
        open_[mine] = False
        filled = 0
        for item in range(n):
            score = float(scores[user, item])
            if open_[item] and (filled < size or score > keys[size - 1]):
                filled = insert(keys, found[user], filled, score, item, order)
        open_[mine] = may[mine]
    return found


@compiled
def rescored(
    rows: Longs, history: Ints, sums: Doubles, candidates: Ints,
    vectors: Floats, popular: Ints, order: Ints, k: int,
) -> tuple[Ints, Doubles, Ints, Ints, Doubles, Bools]:  # fmt: skip
    """Return the arrays of Lists: each user's k best candidates, then popular items."""
    users = len(sums)
    best, scores, supports, because, parts, fallback = empty_lists(users, k)
    taken = np.zeros(len(order), np.bool_)
    for user in range(users):
        mine = history[rows[ROWS * user] : rows[ROWS * user + 1]]
        known = history[rows[ROWS * user] : rows[ROWS * (user + 1)]]
        length = np.sqrt((sums[user] ** 2).sum())
        filled = 0
        for item in candidates[user]:
            if item >= 0 and length > 0:
                score = dot(sums[user], vectors[item]) / length
                filled = insert(scores[user], best[user], filled, score, item, order)
        for slot in range(filled):
            _explain(mine, best[user, slot], length, vectors, order, because[user, slot],
                     parts[user, slot])  # fmt: skip
            supports[user, slot] = len(mine)
        fill_unseen(popular, known, taken, best[user], fallback[user], filled)
    return best, scores, supports, because, parts, fallback


@compiled
def _explain(
    likes: Ints, item: int, length: float, vectors: Floats, order: Ints,
    because: Ints, parts: Doubles,
) -> None:  # fmt: skip
    """Fill in the likes that contribute most to an item's score."""
    own = vectors[item].astype(np.float64)
    filled = 0
    for like in likes:
        part = dot(own, vectors[like]) / length
        if part != 0:  # an item without a vector contributes nothing
            filled = insert(parts, because, filled, part, like, order)
