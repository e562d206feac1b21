"""The reference engine: co-likes by a Spark SQL triangular self-join, exact and without a cap."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes


def colikes(likes: TrainLikes) -> DataFrame:
    """Return every pair of item_idx that somebody likes both of, with `colikes`.

    Rows are item_a < item_b. A user with n likes adds n (n - 1) / 2 increments.
    """
    single = single_likes(likes)
    a, b = single.alias("a"), single.alias("b")
    is_pair = (F.col("a.user_id") == F.col("b.user_id")) & (
        F.col("a.item_idx") < F.col("b.item_idx")
    )
    pairs = a.join(b, on=is_pair, how="inner").select(
        F.col("a.item_idx").alias(C.ITEM_A), F.col("b.item_idx").alias(C.ITEM_B)
    )
    return pairs.groupBy(C.ITEM_A, C.ITEM_B).agg(F.count(F.lit(1)).alias(C.COLIKES))
