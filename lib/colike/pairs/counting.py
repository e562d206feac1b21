"""Exact co-likes of chosen pairs, where item_similarity leaves pairs out for its bounds."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes
from colike.similarity.jaccard import jaccard


def less_than_chance(
    candidates: DataFrame, similarity: DataFrame, likes: TrainLikes, margins: DataFrame, users: int
) -> DataFrame:
    """Return the candidates that fewer users like both of than chance would have it.

    Chance is likes(a) x likes(b) / users: what independent tastes would give. The result
    has the candidates' columns and the exact jaccard, 0 where nobody likes both.

    Args:
        candidates: item_a, item_b (item_idx, item_a < item_b), and other columns.
        similarity: item_a, item_b and colikes of the pairs that are counted already.
        likes: Train likes, to count the other pairs.
        margins: item_idx and likes of every liked item.
        users: Users with at least one like.
    """
    of_a = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_A), F.col(C.LIKES).alias(C.LIKES_A))
    of_b = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_B), F.col(C.LIKES).alias(C.LIKES_B))
    joined = candidates.join(F.broadcast(of_a), on=C.ITEM_A, how="inner").join(
        F.broadcast(of_b), on=C.ITEM_B, how="inner"
    )
    counted = _with_colikes(joined, similarity, likes)
    expected = F.col(C.LIKES_A).cast("double") * F.col(C.LIKES_B) / users
    value = jaccard(F.col(C.COLIKES), F.col(C.LIKES_A), F.col(C.LIKES_B))
    rare = counted.where(F.col(C.COLIKES) < expected).withColumn(C.JACCARD, value)
    return rare.select(*candidates.columns, C.JACCARD)


def _with_colikes(pairs: DataFrame, similarity: DataFrame, likes: TrainLikes) -> DataFrame:
    known = similarity.select(C.ITEM_A, C.ITEM_B, C.COLIKES)
    found = pairs.join(known, on=[C.ITEM_A, C.ITEM_B], how="left")
    others = found.where(F.col(C.COLIKES).isNull()).drop(C.COLIKES)
    rest = _counts(others, likes).withColumnRenamed(C.COLIKES, "rest")
    both = found.join(rest, on=[C.ITEM_A, C.ITEM_B], how="left")
    return both.withColumn(C.COLIKES, F.coalesce(C.COLIKES, "rest", F.lit(0))).drop("rest")


def _counts(pairs: DataFrame, likes: TrainLikes) -> DataFrame:
    """Return co-likes of the pairs that have any: a row per fan of the less liked item."""
    a_is_rarer = F.col(C.LIKES_A) <= F.col(C.LIKES_B)
    sides = pairs.select(
        C.ITEM_A,
        C.ITEM_B,
        F.when(a_is_rarer, F.col(C.ITEM_A)).otherwise(F.col(C.ITEM_B)).alias("rarer"),
        F.when(a_is_rarer, F.col(C.ITEM_B)).otherwise(F.col(C.ITEM_A)).alias("other"),
    ).distinct()
    single = likes.select(C.USER_ID, F.explode(C.LIKES).alias(C.ITEM_IDX))
    fans = sides.join(single.withColumnRenamed(C.ITEM_IDX, "rarer"), on="rarer", how="inner")
    both = fans.join(
        single.withColumnRenamed(C.ITEM_IDX, "other"), on=["other", C.USER_ID], how="inner"
    )
    return both.groupBy(C.ITEM_A, C.ITEM_B).agg(F.count(F.lit(1)).alias(C.COLIKES))
