"""Unit vectors of a catalogue that is too large to collect, as memory-mapped files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Floats, Ints
from colike.data.ids import ranks_of

VECTORS, ITEMS, ORDER = "vectors.float32", "items.npy", "order.npy"
PACKED = f"{C.ITEMS} binary, vectors binary"


@dataclass(frozen=True)
class VectorFiles:
    """Files of n items with a vector: vectors (n x dimensions), item_idx, and rank by id."""

    vectors: Path
    items: Path
    order: Path

    def load(self) -> tuple[Floats, Ints, Ints]:
        """Return vectors (memory-mapped), item_idx and ranks."""
        items, order = np.load(self.items), np.load(self.order)
        return mapped(self.vectors, len(items)), items, order


def mapped(path: Path, n: int) -> Floats:
    """Return the n vectors of a file, memory-mapped."""
    return np.asarray(np.memmap(path, np.float32, "r")).reshape(n, -1)


def write_vectors(
    embeddings: DataFrame, items: DataFrame, source: str, folder: Path
) -> VectorFiles:
    """Write a source's vectors of the current items, partition by partition.

    Rows are by ascending item_idx. The driver has one partition's vectors in memory at a time,
    and O(items) other numbers.

    Args:
        embeddings: Rows of item_embeddings.
        items: Rows of items.
        source: Name of an embedder with at least one vector.
        folder: An empty folder whose name is unique in this session.
    """
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    mine = embeddings.where(F.col(C.SOURCE) == source).join(index, on=C.ITEM_ID, how="inner")
    listed = mine.select(C.ITEM_IDX, C.ITEM_ID).toPandas().sort_values(C.ITEM_IDX)
    indices = listed[C.ITEM_IDX].to_numpy(np.int32)
    # Spark tells shipped files apart by name only.
    files = VectorFiles(*(folder / f"{folder.name}-{name}" for name in (VECTORS, ITEMS, ORDER)))
    np.save(files.items, indices)
    np.save(files.order, ranks_of(listed[C.ITEM_ID].to_numpy()))
    dimensions = int(mine.select(F.size(C.EMBEDDING)).limit(1).collect()[0][0])
    shape = (len(indices), dimensions)
    vectors = np.memmap(files.vectors, np.float32, "w+", shape=shape)
    packed = mine.select(C.ITEM_IDX, C.EMBEDDING).mapInArrow(_packed, PACKED)
    for row in packed.toLocalIterator(prefetchPartitions=True):
        places = np.searchsorted(indices, np.frombuffer(row[C.ITEMS], np.int32))
        vectors[places] = np.frombuffer(row["vectors"], np.float32).reshape(-1, dimensions)
    vectors.flush()
    return files


def _packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield one row of bytes per batch, since rows of float arrays are far more expensive."""
    for batch in batches:
        items = batch.column(C.ITEM_IDX).to_numpy().astype(np.int32)
        vectors = batch.column(C.EMBEDDING).flatten().to_numpy().astype(np.float32)
        columns = [pa.array([items.tobytes()]), pa.array([vectors.tobytes()])]
        yield pa.RecordBatch.from_arrays(columns, names=[C.ITEMS, "vectors"])
