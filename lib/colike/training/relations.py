"""Lookups that objectives need: the Jaccard of any two items, and weighted partners."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from colike import columns as c

Items = NDArray[np.int32]

#: A positive without co-likes (a silver pair) can still be drawn, if rarely.
LEAST_WEIGHT = 1e-6


@dataclass(frozen=True)
class JaccardIndex:
    """Jaccard of pairs of items: one sorted 64-bit key and one float per pair, 12 bytes.

    Sorted keys rather than CSR rows, because every lookup is of many pairs at once: one binary
    search per pair, in half the memory of a symmetric CSR.
    """

    keys: NDArray[np.int64]
    jaccard: NDArray[np.float32]

    @staticmethod
    def of(item_a: Items, item_b: Items, jaccard: NDArray[np.float64]) -> "JaccardIndex":
        """Return the index of pairs in any order, each given once."""
        keys = _keys(item_a, item_b)
        order = np.argsort(keys, kind="stable")
        return JaccardIndex(keys[order], jaccard[order].astype(np.float32))

    @staticmethod
    def read(files: Sequence[Path], among: Items) -> "JaccardIndex":
        """Read the index of the pairs in Parquet files whose items are both in `among`."""
        wanted = np.zeros(int(among.max(initial=-1)) + 1, bool)
        wanted[among] = True
        found: list[tuple[Items, Items, NDArray[np.float64]]] = []
        for path in files:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(columns=[c.ITEM_A, c.ITEM_B, c.JACCARD]):
                    a, b = (batch.column(name).to_numpy() for name in (c.ITEM_A, c.ITEM_B))
                    keep = (a < len(wanted)) & (b < len(wanted))
                    keep[keep] = wanted[a[keep]] & wanted[b[keep]]
                    jaccard = batch.column(c.JACCARD).cast(pa.float64()).fill_null(0.0).to_numpy()
                    found.append((a[keep], b[keep], jaccard[keep]))
        if not found:
            nothing = np.empty(0, np.int32)
            return JaccardIndex.of(nothing, nothing, np.empty(0))
        a, b, jaccard = (np.concatenate(column) for column in zip(*found, strict=True))
        return JaccardIndex.of(a, b, jaccard)

    def between(self, rows: Items, others: Items) -> NDArray[np.float32]:
        """Return the Jaccard of each row item with each other: shape (rows, others); 0 if unknown.

        >>> index = JaccardIndex.of(np.int32([1]), np.int32([5]), np.array([0.5]))
        >>> index.between(np.int32([5, 1]), np.int32([1, 7])).tolist()
        [[0.5, 0.0], [0.0, 0.0]]
        """
        return self._look_up(_keys(rows[:, None], others[None, :]))

    def of_pairs(self, item_a: Items, item_b: Items) -> NDArray[np.float32]:
        """Return the Jaccard of each pair: shape (pairs,); 0 if unknown."""
        return self._look_up(_keys(item_a, item_b))

    def _look_up(self, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        if not len(self.keys):
            return np.zeros(keys.shape, np.float32)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[place] == keys
        return np.where(found, self.jaccard[place], np.float32(0))


@dataclass(frozen=True)
class Partners:
    """The partners of each item with weights (CSR): what is drawn for an anchor."""

    #: The items with a partner, ascending.
    items: Items
    #: The partners of items[i] are partners[starts[i]:starts[i + 1]].
    starts: NDArray[np.int64]
    partners: Items
    #: The sum of the weights before each partner, and of all weights at the end.
    cumulative: NDArray[np.float64]

    @staticmethod
    def of(item_a: Items, item_b: Items, weight: NDArray[np.float64]) -> "Partners":
        """Return the partners of pairs, in both directions; weights need not sum to 1."""
        left, right = np.concatenate([item_a, item_b]), np.concatenate([item_b, item_a])
        weights = np.maximum(np.concatenate([weight, weight]), LEAST_WEIGHT)
        order = np.lexsort((right, left))
        items, counts = np.unique(left, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        cumulative = np.concatenate([[0.0], np.cumsum(weights[order])])
        return Partners(items.astype(np.int32), starts, right[order].astype(np.int32), cumulative)

    def known(self, anchors: Items) -> NDArray[np.bool_]:
        """Return which of the anchors have a partner: shape (anchors,)."""
        return np.isin(anchors, self.items)

    def draw(self, anchors: Items, rng: np.random.Generator) -> Items:
        """Draw one partner of each anchor, in proportion to the weights: shape (anchors,).

        Every anchor must be known.
        """
        row = np.searchsorted(self.items, anchors)
        first, end = self.starts[row], self.starts[row + 1]
        low, high = self.cumulative[first], self.cumulative[end]
        point = low + rng.random(len(anchors)) * (high - low)
        place = np.searchsorted(self.cumulative, point, side="right") - 1
        drawn: Items = self.partners[np.clip(place, first, end - 1)]
        return drawn


def _keys(item_a: Items, item_b: Items) -> NDArray[np.int64]:
    low = np.minimum(item_a, item_b).astype(np.int64)
    keys: NDArray[np.int64] = (low << 32) | np.maximum(item_a, item_b).astype(np.int64)
    return keys
