"""Converts between the data set's ids and the dense item_idx that algorithms use."""

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C


def ranks_of(ids: npt.NDArray[np.generic]) -> npt.NDArray[np.int32]:
    """Return the rank of each id among all, which breaks ties.

    >>> ranks_of(np.array([30, 10, 20])).tolist()
    [2, 0, 1]
    """
    ranks = np.empty(len(ids), np.int32)
    ranks[np.argsort(ids, kind="stable")] = np.arange(len(ids), dtype=np.int32)
    return ranks


def item_ids(items: DataFrame) -> npt.NDArray[np.generic]:
    """Return the item ids by item_idx, on the driver: O(items)."""
    frame = items.select(C.ITEM_ID, C.ITEM_IDX).toPandas().sort_values(C.ITEM_IDX)
    ids: npt.NDArray[np.generic] = frame[C.ITEM_ID].to_numpy()
    return ids


def to_ids(frame: DataFrame, items: DataFrame, *columns: str) -> DataFrame:
    """Return `frame` with the item_idx in `columns` replaced by the item ids."""
    return _swap(frame, items, C.ITEM_IDX, C.ITEM_ID, columns)


def to_indices(frame: DataFrame, items: DataFrame, *columns: str) -> DataFrame:
    """Return `frame` with the item ids in `columns` replaced by item_idx."""
    return _swap(frame, items, C.ITEM_ID, C.ITEM_IDX, columns)


def _swap(
    frame: DataFrame, items: DataFrame, old: str, new: str, columns: tuple[str, ...]
) -> DataFrame:
    """Join with a broadcast mapping of O(items) rows, so that nothing is shuffled."""
    order = frame.columns
    for column in columns:
        mapping = items.select(F.col(old).alias(column), F.col(new).alias("_new"))
        joined = frame.join(F.broadcast(mapping), on=column, how="inner")
        frame = joined.drop(column).withColumnRenamed("_new", column)
    return frame.select(*order)
