"""Exact co-likes of chosen pairs, where item_similarity leaves pairs out for its bounds."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes
from colike.similarity.jaccard import jaccard


def less_than_chance(
    candidates: DataFrame, likes: TrainLikes, margins: DataFrame, users: int
) -> DataFrame:
    """Return the candidates that fewer users like both of than chance would have it.

    Chance is likes(a) x likes(b) / users: what independent tastes would give. The result
    has item_a, item_b and the exact jaccard, 0 where nobody likes both.

    Args:
        candidates: item_a, item_b (item_idx, item_a < item_b).
        likes: Train likes.
        margins: item_idx and likes of every liked item.
        users: Users with at least one like.
    """
    counted = _count(candidates, likes)
    of_a = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_A), F.col(C.LIKES).alias(C.LIKES_A))
    of_b = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_B), F.col(C.LIKES).alias(C.LIKES_B))
    joined = counted.join(F.broadcast(of_a), on=C.ITEM_A, how="inner").join(
        F.broadcast(of_b), on=C.ITEM_B, how="inner"
    )
    expected = F.col(C.LIKES_A).cast("double") * F.col(C.LIKES_B) / users
    value = jaccard(F.col(C.COLIKES), F.col(C.LIKES_A), F.col(C.LIKES_B))
    rare = joined.where(F.col(C.COLIKES) < expected)
    return rare.select(C.ITEM_A, C.ITEM_B, value.alias(C.JACCARD))


def _count(candidates: DataFrame, likes: TrainLikes) -> DataFrame:
    single = likes.select(C.USER_ID, F.explode(C.LIKES).alias(C.ITEM_IDX))
    fans_of_a = single.select(C.USER_ID, F.col(C.ITEM_IDX).alias(C.ITEM_A))
    fans_of_b = single.select(C.USER_ID, F.col(C.ITEM_IDX).alias(C.ITEM_B))
    both = candidates.join(fans_of_a, on=C.ITEM_A, how="inner").join(
        fans_of_b, on=[C.ITEM_B, C.USER_ID], how="inner"
    )
    counts = both.groupBy(C.ITEM_A, C.ITEM_B).agg(F.count(F.lit(1)).alias(C.COLIKES))
    found = candidates.join(counts, on=[C.ITEM_A, C.ITEM_B], how="left")
    return found.fillna(0, [C.COLIKES])
