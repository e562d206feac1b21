"""Margins: how many users like each item, or have another opinion of it."""

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import RATED
from colike.data.splits import TrainLikes, TrainOpinions, single_likes

OPINION = "opinion"


def item_likes(likes: TrainLikes) -> DataFrame:
    """Return the margins: item_idx and its number of likes, for items with at least one."""
    return single_likes(likes).groupBy(C.ITEM_IDX).agg(F.count(F.lit(1)).alias(C.LIKES))


def dense_margins(margins: DataFrame, items: int) -> npt.NDArray[np.int64]:
    """Return the likes of each item_idx as an array of length `items`, on the driver."""
    counted = margins.toPandas()
    dense = np.zeros(items, np.int64)
    dense[counted[C.ITEM_IDX].to_numpy()] = counted[C.LIKES].to_numpy()
    return dense


def opinion_margins(ratings: TrainOpinions, items: int) -> npt.NDArray[np.int64]:
    """Return the users of each opinion of each item_idx, opinions x items, on the driver.

    Opinions are in the order of RATED.
    """
    by_opinion = ratings.select(F.posexplode(F.array(*RATED)).alias(OPINION, "rated"))
    single = by_opinion.select(OPINION, F.explode("rated").alias(C.ITEM_IDX))
    counted = single.groupBy(OPINION, C.ITEM_IDX).count().toPandas()
    dense = np.zeros((len(RATED), items), np.int64)
    dense[counted[OPINION].to_numpy(), counted[C.ITEM_IDX].to_numpy()] = counted["count"].to_numpy()
    return dense
