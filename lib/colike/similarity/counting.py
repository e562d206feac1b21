"""Exact co-likes of chosen pairs of items, where counting all pairs is not wanted."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes

RARER, OTHER = "rarer", "other"


def with_margins(pairs: DataFrame, margins: DataFrame) -> DataFrame:
    """Return the pairs whose items are both liked, with likes_a and likes_b.

    Args:
        pairs: item_a and item_b (item_idx), and other columns.
        margins: item_idx and likes; O(items) rows, which every executor receives.
    """
    of_a = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_A), F.col(C.LIKES).alias(C.LIKES_A))
    of_b = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_B), F.col(C.LIKES).alias(C.LIKES_B))
    return pairs.join(F.broadcast(of_a), on=C.ITEM_A, how="inner").join(
        F.broadcast(of_b), on=C.ITEM_B, how="inner"
    )


def counted(pairs: DataFrame, likes: TrainLikes) -> DataFrame:
    """Return item_a, item_b and the exact colikes of the pairs that anybody likes both of.

    Costs a row per fan of each pair's less liked item.

    Args:
        pairs: item_a, item_b, likes_a and likes_b; a pair may stand more than once.
        likes: Train likes.
    """
    a_is_rarer = F.col(C.LIKES_A) <= F.col(C.LIKES_B)
    sides = pairs.select(
        C.ITEM_A,
        C.ITEM_B,
        F.when(a_is_rarer, F.col(C.ITEM_A)).otherwise(F.col(C.ITEM_B)).alias(RARER),
        F.when(a_is_rarer, F.col(C.ITEM_B)).otherwise(F.col(C.ITEM_A)).alias(OTHER),
    ).distinct()
    single = single_likes(likes)
    fans = sides.join(single.withColumnRenamed(C.ITEM_IDX, RARER), on=RARER, how="inner")
    both = fans.join(
        single.withColumnRenamed(C.ITEM_IDX, OTHER), on=[OTHER, C.USER_ID], how="inner"
    )
    return both.groupBy(C.ITEM_A, C.ITEM_B).agg(F.count(F.lit(1)).alias(C.COLIKES))
