"""Turns neighbours found on the driver into rows of item_neighbours."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from colike import columns as C
from colike.embedding.vectors import Embedded
from colike.neighbours.cosine import Nearest
from colike.neighbours.ease import Edges
from colike.tables import IdTypes, contracts

COLUMNS = (C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT)
# Edges of a packed row, and its columns.
EDGES = 1 << 16
PACKED = {"owners": np.int32, "ranks": np.int32, "items": np.int32, "weights": np.float64}
ItemIds = npt.NDArray[np.generic]


def to_frame(spark: SparkSession, embedded: Embedded, found: Nearest, ids: IdTypes) -> DataFrame:
    """Return item_id, rank, neighbour_id and weight of every neighbour."""
    owner, position = np.nonzero(found.items >= 0)
    weights = found.weights[owner, position]
    edges = Edges(owner.astype(np.int32), found.items[owner, position], weights)
    return edges_frame(spark, embedded.ids, edges, ids)


def edges_frame(spark: SparkSession, item_ids: ItemIds, edges: Edges, ids: IdTypes) -> DataFrame:
    """Return item_id, rank, neighbour_id and weight of edges sorted by owner, then rank.

    They go to the executors packed and become rows there: the driver's Java holds no row of them.

    Args:
        spark: The session.
        item_ids: The ids by the numbers that the edges have.
        edges: The edges.
        ids: Types of the ids.
    """
    contract = contracts()["item_neighbours"].spark_schema(ids)
    schema = StructType([contract[name] for name in COLUMNS])
    known = spark.sparkContext.broadcast(pa.array(item_ids))

    def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for packed in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                arrays = zip(packed, PACKED.values(), strict=True)
                owners, ranks, items, weights = (np.frombuffer(*array) for array in arrays)
                yield pa.RecordBatch.from_arrays(
                    [
                        known.value.take(pa.array(owners)),
                        pa.array(ranks),
                        known.value.take(pa.array(items)),
                        pa.array(weights),
                    ],
                    names=list(COLUMNS),
                )

    names = ", ".join(f"{name} binary" for name in PACKED)
    return spark.createDataFrame(list(_packed(edges)), names).mapInArrow(rows, schema)


def _packed(edges: Edges) -> Iterator[tuple[bytes, ...]]:
    """Yield parts of the edges, each array as bytes, in the order of PACKED."""
    first = np.searchsorted(edges.owners, edges.owners)
    ranks = np.arange(len(first)) - first + 1
    arrays: tuple[npt.NDArray[np.generic], ...] = (edges.owners, ranks, edges.items, edges.weights)
    for start in range(0, len(first), EDGES):
        yield tuple(
            array[start : start + EDGES].astype(kind).tobytes()
            for array, kind in zip(arrays, PACKED.values(), strict=True)
        )
