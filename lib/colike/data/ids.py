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


def pairs_to_ids(pairs: DataFrame, items: DataFrame) -> DataFrame:
    """Return `pairs` with ids in item_a and item_b, item_a < item_b.

    An item's number depends on when the item came, so a store's past would decide otherwise which
    of two items is item_a.
    """
    return _ordered(to_ids(pairs, items, C.ITEM_A, C.ITEM_B))


def pairs_to_indices(pairs: DataFrame, items: DataFrame) -> DataFrame:
    """Return `pairs` with item_idx in item_a and item_b, item_a < item_b."""
    return _ordered(_swap(pairs, items, C.ITEM_ID, C.ITEM_IDX, (C.ITEM_A, C.ITEM_B)))


def _ordered(pairs: DataFrame) -> DataFrame:
    """Exchange the sides of pairs where item_a > item_b, likes_a and likes_b with them."""
    is_turned = F.col(C.ITEM_A) > F.col(C.ITEM_B)
    sides = ((C.ITEM_A, C.ITEM_B), (C.LIKES_A, C.LIKES_B))
    other = {name: pair[name == pair[0]] for pair in sides for name in pair}
    exchanged = {
        name: F.when(is_turned, F.col(other[name])).otherwise(F.col(name)).alias(name)
        for name in pairs.columns
        if name in other
    }
    return pairs.select(*(exchanged.get(name, F.col(name)) for name in pairs.columns))


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
