"""Neighbours of all items as compressed rows, the form that the kernel walks."""

from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.arrays import Bools, Doubles, Ints, Longs


@dataclass(frozen=True)
class NeighbourGraph:
    """`items[indptr[i]:indptr[i + 1]]` are item i's neighbours, best first."""

    indptr: Longs
    items: Ints
    weights: Doubles

    @staticmethod
    def empty(size: int) -> "NeighbourGraph":
        """Return a graph of `size` items without neighbours, as a global source has it."""
        return NeighbourGraph(
            np.zeros(size + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float64)
        )

    @staticmethod
    def of_edges(size: int, owners: Ints, items: Ints, weights: Doubles) -> "NeighbourGraph":
        """Return the graph of edges that are sorted by owner, then rank."""
        counts = np.bincount(owners, minlength=size)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return NeighbourGraph(indptr, items.astype(np.int32), weights.astype(np.float64))

    @property
    def owners(self) -> Ints:
        """The item that each edge begins at."""
        sizes = np.diff(self.indptr)
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def cut(self, depth: int) -> "NeighbourGraph":
        """Return the graph with the first `depth` neighbours of each item."""
        position = np.arange(len(self.items)) - np.repeat(self.indptr[:-1], np.diff(self.indptr))
        return self._keep(position < depth)

    def at_least(self, weight: float) -> "NeighbourGraph":
        """Return the graph of the edges with this weight or a larger one."""
        return self._keep(self.weights >= weight)

    def towards(self, allowed: Bools) -> "NeighbourGraph":
        """Return the graph of the edges that lead to an allowed item."""
        return self._keep(allowed[self.items])

    def within(self, allowed: Bools) -> "NeighbourGraph":
        """Return the graph of the allowed items alone."""
        return self._keep(allowed[self.owners] & allowed[self.items])

    def _keep(self, kept: Bools) -> "NeighbourGraph":
        size = len(self.indptr) - 1
        return NeighbourGraph.of_edges(
            size, self.owners[kept], self.items[kept], self.weights[kept]
        )


def collect_graph(
    neighbours: DataFrame, items: DataFrame, source: str, size: int
) -> NeighbourGraph:
    """Return a source's neighbours on the driver: O(items) numbers, `neighbours.k` per item.

    Args:
        neighbours: Rows of item_neighbours.
        items: item_id and item_idx of all items.
        source: The source.
        size: Number of items.
    """
    index = items.select(C.ITEM_ID, C.ITEM_IDX)
    other = index.select(F.col(C.ITEM_ID).alias(C.NEIGHBOUR_ID), F.col(C.ITEM_IDX).alias("other"))
    edges = (
        neighbours.where(F.col(C.SOURCE) == source)
        .join(F.broadcast(index), on=C.ITEM_ID, how="inner")
        .join(F.broadcast(other), on=C.NEIGHBOUR_ID, how="inner")
        .select(C.ITEM_IDX, C.RANK, "other", C.WEIGHT)
        .toPandas()
        .sort_values([C.ITEM_IDX, C.RANK])
    )
    return NeighbourGraph.of_edges(
        size,
        edges[C.ITEM_IDX].to_numpy(np.int32),
        edges["other"].to_numpy(np.int32),
        edges[C.WEIGHT].to_numpy(np.float64),
    )
