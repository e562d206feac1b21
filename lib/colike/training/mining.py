"""Hard negatives of the model as it is: near by text, liked enough, and together less than chance.

The pairs of kind `hard` are those of the base model; while it learns, other titles become near.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.snapshot.manifest import ITEMS, SIMILARITY, Snapshot
from colike.training.likes import read_likes
from colike.training.nearest import nearest
from colike.training.relations import JaccardIndex, Partners

# Of so many nearest titles; most of the very nearest are liked together.
DEPTH = 30

Items = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mining:
    """The titles that may be hard negatives, and what tells whether a pair of them is one."""

    #: item_idx, ascending, and the likes of each.
    items: Items
    likes: Floats
    jaccard: JaccardIndex
    #: Users with a like, of whom chance is computed.
    users: int

    @staticmethod
    def of(snapshot: Snapshot, among: Items, min_likes: int, users: int) -> "Mining":
        """The titles of `among` with enough likes."""
        items, likes = read_likes(snapshot.files(ITEMS))
        chosen = np.isin(items, among) & (likes >= min_likes)
        jaccard = JaccardIndex.read(snapshot.files(SIMILARITY), items[chosen])
        return Mining(items[chosen], likes[chosen].astype(np.float64), jaccard, users)

    def hard(self, vectors: NDArray[np.float32], device: torch.device | str = "cpu") -> Partners:
        """The hard negatives of each title, all alike in weight.

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
        """A pair without a Jaccard has fewer co-likes than any bound of item_similarity."""
        jaccard = self.jaccard.of_pairs(self.items[left], self.items[right])
        likes_a, likes_b = self.likes[left], self.likes[right]
        colikes = jaccard * (likes_a + likes_b) / (1.0 + jaccard)
        rarer: NDArray[np.bool_] = colikes < likes_a * likes_b / self.users
        return rarer
