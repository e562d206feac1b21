"""Item vectors on the driver: O(items) rows, ordered by item_idx."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import ranks_of

VECTOR = "vector"


@dataclass(frozen=True)
class Embedded:
    """Items of one source with their vectors, of length one but for factors.

    `ids`, `indices` (item_idx) and `order` (rank by id) have length n; `vectors` is n x
    dimensions.
    """

    ids: npt.NDArray[np.generic]
    indices: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.float32]

    def by_index(self, size: int) -> npt.NDArray[np.float32]:
        """Return the vectors of `size` items by item_idx, zeros where an item has none.

        If no item has a vector, the result has no rows.
        """
        if not len(self.vectors):
            return np.zeros((0, 0), np.float32)
        made = np.zeros((size, self.vectors.shape[1]), np.float32)
        made[self.indices] = self.vectors
        return made


def collect_vectors(embeddings: DataFrame, items: DataFrame, source: str) -> Embedded:
    """Return a source's unit vectors of the current items.

    Args:
        embeddings: Rows of item_embeddings.
        items: Rows of items.
        source: Name of the embedder.
    """
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    mine = embeddings.where(F.col(C.SOURCE) == source)
    rows = mine.select(C.ITEM_ID, F.col(C.EMBEDDING).alias(VECTOR))
    return _collected(rows.join(index, on=C.ITEM_ID, how="inner"))


def collect_factors(factors: DataFrame, items: DataFrame) -> Embedded:
    """Return the factors of the current items, which are of any length.

    Args:
        factors: item_id and factors, of one source.
        items: Rows of items.
    """
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    rows = factors.select(C.ITEM_ID, F.col(C.FACTORS).alias(VECTOR))
    return _collected(rows.join(index, on=C.ITEM_ID, how="inner"))


def _collected(numbered: DataFrame) -> Embedded:
    rows = numbered.toPandas().sort_values(C.ITEM_IDX)
    ids = rows[C.ITEM_ID].to_numpy()
    vectors = np.stack(rows[VECTOR].to_list()) if len(rows) else np.zeros((0, 0))
    return Embedded(
        ids,
        rows[C.ITEM_IDX].to_numpy(np.int32),
        ranks_of(ids),
        vectors.astype(np.float32, copy=False),
    )


def vectors_by_index(
    embeddings: DataFrame, items: DataFrame, source: str, size: int
) -> npt.NDArray[np.float32]:
    """Return an embedder's unit vectors of `size` items by item_idx; no rows if it has none."""
    return collect_vectors(embeddings, items, source).by_index(size)
