"""The reference engine: co-likes by a Spark SQL triangular self-join, on any cluster.

A user with n likes makes n (n - 1) / 2 rows. The likes of users with thousands of them are cut
into parts, and each pair of parts has its own key, so that no task gets all rows of one user.
"""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes

LEFT, RIGHT, PART, PARTS = "left", "right", "part", "parts"


@dataclass(frozen=True)
class Lost:
    """What a cap leaves out: number of users, and shares of the likes and co-like increments."""

    users: int
    likes: float
    increments: float


def colikes(likes: TrainLikes, part_likes: int) -> DataFrame:
    """Return every pair item_a < item_b (item_idx) that has `colikes`, with their number.

    Args:
        likes: Train likes.
        part_likes: Likes of one part; a key makes at most its square of rows.
    """
    placed = likes.select(
        C.USER_ID,
        F.ceil(F.size(C.LIKES) / F.lit(part_likes)).cast("int").alias(PARTS),
        F.posexplode(C.LIKES).alias(C.AT, C.ITEM_IDX),
    ).withColumn(PART, F.floor(F.col(C.AT) / F.lit(part_likes)).cast("int"))
    # Each pair of parts, left <= right, once. Nearly all users have only part 0.
    a = placed.select(
        C.USER_ID,
        F.col(C.ITEM_IDX).alias("a"),
        F.col(PART).alias(LEFT),
        F.explode(F.sequence(F.col(PART), F.col(PARTS) - 1)).alias(RIGHT),
    )
    b = placed.select(
        C.USER_ID,
        F.col(C.ITEM_IDX).alias("b"),
        F.explode(F.sequence(F.lit(0), F.col(PART))).alias(LEFT),
        F.col(PART).alias(RIGHT),
    )
    once = (F.col(LEFT) < F.col(RIGHT)) | (F.col("a") < F.col("b"))
    pairs = a.join(b, on=[C.USER_ID, LEFT, RIGHT], how="inner").where(once)
    return pairs.groupBy(
        F.least("a", "b").alias(C.ITEM_A), F.greatest("a", "b").alias(C.ITEM_B)
    ).agg(F.count(F.lit(1)).alias(C.COLIKES))


def without_heavy(likes: TrainLikes, max_likes: int) -> tuple[TrainLikes, Lost]:
    """Return the likes of users with at most `max_likes`, and what is lost with the others.

    Counts are exact for the remaining users: those left out do not count in margins either.
    """
    size = F.size(C.LIKES).cast("bigint")
    is_heavy = size > max_likes
    increments = size * (size - 1)
    found = likes.agg(
        F.count_if(is_heavy),
        *(
            F.coalesce(F.sum(F.when(is_heavy, what)) / F.sum(what), F.lit(0.0))
            for what in (size, increments)
        ),
    ).collect()[0]
    return TrainLikes(likes.where(~is_heavy)), Lost(int(found[0]), float(found[1]), float(found[2]))
