"""Hard negatives of the current model: near by text, but liked together less than by chance.

Pairs of kind `hard` come from the base model; as the model learns, other items become near.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.compute.arrays import Doubles
from colike.snapshot.manifest import ITEMS, SIMILARITY, Snapshot
from colike.training.likes import read_likes
from colike.training.nearest import nearest
from colike.training.relations import JaccardIndex, Partners

# Nearest items that may be hard negatives; most of the very nearest are liked together.
DEPTH = 30

Items = NDArray[np.int32]


@dataclass(frozen=True)
class Mining:
    """The items that may be hard negatives, and what decides whether a pair of them is one."""

    #: item_idx, ascending, and the likes of each.
    items: Items
    likes: Doubles
    jaccard: JaccardIndex
    #: Users with a like; chance is computed from their number.
    users: int

    @staticmethod
    def of(snapshot: Snapshot, among: Items, min_likes: int, users: int) -> "Mining":
        """Return the mining of the items of `among` that have enough likes."""
        items, likes = read_likes(snapshot.files(ITEMS))
        chosen = np.isin(items, among) & (likes >= min_likes)
        jaccard = JaccardIndex.read(snapshot.files(SIMILARITY), items[chosen])
        return Mining(items[chosen], likes[chosen].astype(np.float64), jaccard, users)

    def hard(self, vectors: NDArray[np.float32], device: torch.device | str = "cpu") -> Partners:
        """Return the hard negatives of each item, all of equal weight.

        Args:
            vectors: unit vectors of `items`, shape (items, dimensions).
            device: where to compare them.
        """
        near, _ = nearest(vectors, DEPTH, device)
        left = np.repeat(np.arange(len(near), dtype=np.int32), near.shape[1])
        right = near.ravel()
        is_hard = self._rarer_than_chance(left, right)
        a, b = self.items[left[is_hard]], self.items[right[is_hard]]
        return Partners.of(a, b, np.ones(len(a)))

    def _rarer_than_chance(self, left: Items, right: Items) -> NDArray[np.bool_]:
        """Return which pairs have fewer co-likes than by chance.

        A pair without a Jaccard has fewer than item_similarity keeps.
        """
        jaccard = self.jaccard.of_pairs(self.items[left], self.items[right])
        likes_a, likes_b = self.likes[left], self.likes[right]
        colikes = jaccard * (likes_a + likes_b) / (1.0 + jaccard)
        rarer: NDArray[np.bool_] = colikes < likes_a * likes_b / self.users
        return rarer
