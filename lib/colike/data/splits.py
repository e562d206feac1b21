"""The split (docs/method.md, Split): a hash of strings, the same on any partitioning and Spark."""

from typing import NewType

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import SplitConfig

TRAIN = "train"
VALIDATION = "validation"
TEST = "test"
SPLITS = (TRAIN, VALIDATION, TEST)
SMALL = 50_000
LARGE_SHARE = 0.1
STEPS = 1_000_000

# Distinct types, so that nothing can be fitted on test ratings (docs/method.md, Leakage).
TrainLikes = NewType("TrainLikes", DataFrame)
TestRatings = NewType("TestRatings", DataFrame)


def with_split(ratings: DataFrame, split: SplitConfig, users: int) -> DataFrame:
    """Return `ratings` with the column `split`: train, validation or test.

    Args:
        ratings: Rows with user_id and item_id.
        split: Shares and salt.
        users: Number of users; decides what share of them has validation ratings if the
            config leaves it open.
    """
    share = split.validation_users
    if share is None:
        share = 1.0 if users < SMALL else LARGE_SHARE
    pair = (F.col(C.USER_ID).cast("string"), F.col(C.ITEM_ID).cast("string"))
    is_test = below(split.test_share, split.salt, *pair)
    chosen = below(share, f"{split.salt} validation user", pair[0])
    held = below(split.validation_share, f"{split.salt} validation", *pair)
    value = F.when(is_test, TEST).when(chosen & held, VALIDATION).otherwise(TRAIN)
    return ratings.withColumn(C.SPLIT, value)


def below(share: float, salt: str, *parts: Column) -> Column:
    """Return whether the hash of salt and parts is within the first `share` of its range."""
    return F.pmod(F.xxhash64(F.lit(salt), *parts), F.lit(STEPS)) < round(share * STEPS)


def train_likes(history: DataFrame) -> TrainLikes:
    """Return the train likes of `user_history`: user_id and the array `likes` of item_idx."""
    return TrainLikes(history.select(C.USER_ID, F.col(C.LIKES_TRAIN).alias(C.LIKES)))


def single_likes(likes: TrainLikes) -> DataFrame:
    """Return one row per like: user_id and item_idx."""
    return likes.select(C.USER_ID, F.explode(C.LIKES).alias(C.ITEM_IDX))


def test_ratings(ratings: DataFrame) -> TestRatings:
    """Return the ratings of the test split."""
    return TestRatings(ratings.where(F.col(C.SPLIT) == TEST))
