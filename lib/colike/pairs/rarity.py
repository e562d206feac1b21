"""Finds the pairs that are liked together less often than by chance."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes
from colike.similarity.counting import counted, with_margins
from colike.similarity.jaccard import jaccard

REST = "rest"


def less_than_chance(
    candidates: DataFrame, similarity: DataFrame, likes: TrainLikes, margins: DataFrame, users: int
) -> DataFrame:
    """Return the candidates with fewer co-likes than by chance.

    Chance is likes(a) x likes(b) / users, what independent tastes would give. The result has
    the candidates' columns and the exact jaccard, 0 where nobody likes both.

    Args:
        candidates: item_a, item_b (item_idx, item_a < item_b), and other columns.
        similarity: item_a, item_b and colikes of pairs that have been counted already.
        likes: Train likes, from which other pairs are counted.
        margins: item_idx and likes of every liked item.
        users: Users with at least one like.
    """
    with_colikes = _with_colikes(with_margins(candidates, margins), similarity, likes, margins)
    expected = F.col(C.LIKES_A).cast("double") * F.col(C.LIKES_B) / users
    value = jaccard(F.col(C.COLIKES), F.col(C.LIKES_A), F.col(C.LIKES_B))
    rare = with_colikes.where(F.col(C.COLIKES) < expected).withColumn(C.JACCARD, value)
    return rare.select(*candidates.columns, C.JACCARD)


def _with_colikes(
    pairs: DataFrame, similarity: DataFrame, likes: TrainLikes, margins: DataFrame
) -> DataFrame:
    known = similarity.select(C.ITEM_A, C.ITEM_B, C.COLIKES)
    found = pairs.join(known, on=[C.ITEM_A, C.ITEM_B], how="left")
    others = found.where(F.col(C.COLIKES).isNull()).select(C.ITEM_A, C.ITEM_B)
    items = margins.agg(F.coalesce(F.max(C.ITEM_IDX) + 1, F.lit(0))).collect()[0][0]
    rest = counted(others.distinct(), likes, items).withColumnRenamed(C.COLIKES, REST)
    both = found.join(rest, on=[C.ITEM_A, C.ITEM_B], how="left")
    return both.withColumn(C.COLIKES, F.coalesce(C.COLIKES, REST, F.lit(0))).drop(REST)
