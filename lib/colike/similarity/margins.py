"""Margins: how many users like each item."""

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes


def item_likes(likes: TrainLikes) -> DataFrame:
    """Return the margins: item_idx and its number of likes, for items with at least one."""
    return single_likes(likes).groupBy(C.ITEM_IDX).agg(F.count(F.lit(1)).alias(C.LIKES))


def dense_margins(margins: DataFrame, items: int) -> npt.NDArray[np.int64]:
    """Return the likes of each item_idx as an array of length `items`, on the driver."""
    counted = margins.toPandas()
    dense = np.zeros(items, np.int64)
    dense[counted[C.ITEM_IDX].to_numpy()] = counted[C.LIKES].to_numpy()
    return dense
