"""The cosine of each pair's two descriptions."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import FloatType, StructField, StructType

from colike import columns as C
from colike.embedding.vectors import Embedded


def with_cosine(pairs: DataFrame, embedded: Embedded) -> DataFrame:
    """Return `pairs` (item_a, item_b as item_idx) with `base_cosine`, single precision.

    Every executor receives the vectors once. Pairs with an item without a vector have cosine 0.
    """
    size = int(embedded.indices.max()) + 2 if len(embedded.indices) else 1
    position = np.full(size, -1, np.int64)
    position[embedded.indices] = np.arange(len(embedded.indices))
    shared = pairs.sparkSession.sparkContext.broadcast((position, embedded.vectors))
    schema = StructType([*pairs.schema.fields, StructField(C.BASE_COSINE, FloatType())])

    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        where, vectors = shared.value
        for batch in batches:
            a = where[np.minimum(batch.column(C.ITEM_A).to_numpy(), len(where) - 1)]
            b = where[np.minimum(batch.column(C.ITEM_B).to_numpy(), len(where) - 1)]
            cosines = np.einsum("pd,pd->p", vectors[a], vectors[b], dtype=np.float64)
            cosines[(a < 0) | (b < 0)] = 0.0
            arrays = [*batch.columns, pa.array(cosines.astype(np.float32))]
            yield pa.RecordBatch.from_arrays(arrays, names=[*batch.schema.names, C.BASE_COSINE])

    return pairs.mapInArrow(add, schema)
