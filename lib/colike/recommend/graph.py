"""Neighbours of all items as compressed sparse rows, which the kernel reads."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools, Doubles, Ints, Longs
from colike.neighbours.ease import Edges


@dataclass(frozen=True)
class NeighbourGraph:
    """`items[indptr[i]:indptr[i + 1]]` are item i's neighbours, best first."""

    indptr: Longs
    items: Ints
    weights: Doubles

    @staticmethod
    def empty(size: int) -> "NeighbourGraph":
        """Return a graph of `size` items without neighbours, for global sources."""
        return NeighbourGraph(
            np.zeros(size + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float64)
        )

    @staticmethod
    def of_edges(size: int, owners: Ints, items: Ints, weights: Doubles) -> "NeighbourGraph":
        """Return the graph of these edges, which are sorted by owner, then rank."""
        counts = np.bincount(owners, minlength=size)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return NeighbourGraph(indptr, items.astype(np.int32), weights.astype(np.float64))

    @property
    def owners(self) -> Ints:
        """The item that each edge starts from."""
        sizes = np.diff(self.indptr)
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def cut(self, neighbours_per_item: int) -> "NeighbourGraph":
        """Return the graph with the nearest neighbours of each item, at most so many."""
        position = np.arange(len(self.items)) - np.repeat(self.indptr[:-1], np.diff(self.indptr))
        return self._keep(position < neighbours_per_item)

    def at_least(self, weight: float) -> "NeighbourGraph":
        """Return the graph of the edges with at least this weight."""
        return self._keep(self.weights >= weight)

    def towards(self, allowed: Bools) -> "NeighbourGraph":
        """Return the graph of the edges to allowed items."""
        return self._keep(allowed[self.items])

    def within(self, allowed: Bools) -> "NeighbourGraph":
        """Return the graph of the edges between allowed items."""
        return self._keep(allowed[self.owners] & allowed[self.items])

    def weighed(self, factors: Doubles) -> "NeighbourGraph":
        """Return the graph with each weight times the factor of the item that it leads to."""
        return replace(self, weights=self.weights * factors[self.items])

    def plus(self, other: "NeighbourGraph") -> "NeighbourGraph":
        """Return the graph of both one's edges, the weights of shared ones added up.

        Edges of an item are in the order of the items that they lead to.
        """
        size = len(self.indptr) - 1
        keys = [graph.owners.astype(np.int64) * size + graph.items for graph in (self, other)]
        found, place = np.unique(np.concatenate(keys), return_inverse=True)
        both = np.concatenate([self.weights, other.weights])
        owners, items = np.divmod(found, size)
        weights = np.asarray(np.bincount(place, both, len(found)), np.float64)
        return NeighbourGraph.of_edges(size, owners, items, weights)

    def as_edges(self, order: Ints) -> Edges:
        """Return its edges by owner, then falling size of the weight, then rank by id.

        Those that weigh nothing are left out.
        """
        mine = self._keep(self.weights != 0)
        by_rank = np.lexsort((order[mine.items], -np.abs(mine.weights), mine.owners))
        return Edges(mine.owners[by_rank], mine.items[by_rank], mine.weights[by_rank])

    def turned(self) -> "NeighbourGraph":
        """Return the graph of the same edges in the other direction, by the item they come from."""
        order = np.lexsort((self.owners, self.items))
        size = len(self.indptr) - 1
        return NeighbourGraph.of_edges(
            size, self.items[order], self.owners[order], self.weights[order]
        )

    def _keep(self, kept: Bools) -> "NeighbourGraph":
        size = len(self.indptr) - 1
        return NeighbourGraph.of_edges(
            size, self.owners[kept], self.items[kept], self.weights[kept]
        )


def collect_graph(
    neighbours: DataFrame, ids: npt.NDArray[np.generic], source: str
) -> NeighbourGraph:
    """Return a source's neighbours on the driver: O(items) numbers, at most `neighbours.k` each.

    Args:
        neighbours: Rows of item_neighbours; rows of items that are not in `ids` are left out.
        ids: The item ids by item_idx.
        source: The source.
    """
    return graph_of(neighbours.where(F.col(C.SOURCE) == source), ids)


def graph_of(neighbours: DataFrame, ids: npt.NDArray[np.generic]) -> NeighbourGraph:
    """Return neighbours of one source on the driver, as `collect_graph` does."""
    columns = (C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT)
    edges = neighbours.select(*columns).toPandas()
    # The ids are already on the driver, and looking them up is faster than two Spark joins.
    numbers = pd.Index(ids)
    owners = numbers.get_indexer(pd.Index(edges[C.ITEM_ID]))
    others = numbers.get_indexer(pd.Index(edges[C.NEIGHBOUR_ID]))
    kept = np.flatnonzero((owners >= 0) & (others >= 0))
    kept = kept[np.lexsort((edges[C.RANK].to_numpy()[kept], owners[kept]))]
    return NeighbourGraph.of_edges(
        len(ids),
        owners[kept].astype(np.int32),
        others[kept].astype(np.int32),
        edges[C.WEIGHT].to_numpy(np.float64)[kept],
    )
