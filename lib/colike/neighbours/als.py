"""Item factors of implicit feedback by alternating least squares, as Spark's MLlib fits them.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (2008); lambda of a
user or an item is `regularization` times the number of its likes (Zhou et al., 2008).
"""

from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.sources import AlsConfig
from colike.data.splits import TrainLikes
from colike.errors import UnfitError

NUMBER = "user_number"
LIKE = "like"
# Users are numbered by partition, then within it; both together fit into 31 bits.
FEWEST_PARTITIONS = 8
PLACE_BITS = 20
# What Spark's monotonically increasing ids have within a partition.
SPARK_BITS = 33


def fitted_factors(likes: TrainLikes, settings: AlsConfig) -> DataFrame:
    """Return item_idx and `factors`, an array of `rank` numbers, of each item with a train like.

    Sums run in the order in which likes arrive, so that factors differ by rounding between runs.

    Args:
        likes: user_id and liked item_idx.
        settings: How they are fitted.

    Raises:
        UnfitError: Nobody has a train like.
    """
    rows = numbered(likes).select(
        NUMBER, F.explode(C.LIKES).alias(C.ITEM_IDX), F.lit(1.0).alias(LIKE)
    )
    if rows.isEmpty():
        raise UnfitError("nobody has a train like")
    als = ALS(
        userCol=NUMBER,
        itemCol=C.ITEM_IDX,
        ratingCol=LIKE,
        implicitPrefs=True,
        rank=settings.rank,
        regParam=settings.regularization,
        alpha=settings.alpha,
        maxIter=settings.iterations,
        seed=settings.seed,
    )
    found = als.fit(rows).itemFactors
    return found.select(F.col("id").alias(C.ITEM_IDX), F.col(C.FEATURES).alias(C.FACTORS))


def numbered(likes: TrainLikes) -> DataFrame:
    """Return the users with a like under a number each, which depends on the user ids alone."""
    some = likes.where(F.size(C.LIKES) > 0)
    parts = max(FEWEST_PARTITIONS, some.count() >> (PLACE_BITS - 1))
    placed = some.repartition(parts, C.USER_ID).sortWithinPartitions(C.USER_ID)
    spark_id = F.monotonically_increasing_id()
    part = F.shiftright(spark_id, SPARK_BITS)
    place = spark_id.bitwiseAND((1 << SPARK_BITS) - 1)
    number = F.shiftleft(part, PLACE_BITS) + place
    return placed.select(number.cast("int").alias(NUMBER), C.LIKES)
