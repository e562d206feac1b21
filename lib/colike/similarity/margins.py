"""Margins: how many users like each item."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes


def item_likes(likes: TrainLikes) -> DataFrame:
    """Return the margins: item_idx and its number of likes, for items with at least one."""
    return single_likes(likes).groupBy(C.ITEM_IDX).agg(F.count(F.lit(1)).alias(C.LIKES))
