"""The split (docs/method.md, Split): a hash of texts, the same on any partitioning and Spark."""

from typing import NewType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.compute.xxhash import Hashes, Texts
from colike.config.models import SplitConfig
from colike.data.packed import Packed

TRAIN = "train"
VALIDATION = "validation"
TEST = "test"
SPLITS = (TRAIN, VALIDATION, TEST)
TRAIN_CODE, VALIDATION_CODE, TEST_CODE = range(len(SPLITS))
Codes = npt.NDArray[np.int64]
SMALL = 50_000
LARGE_SHARE = 0.1
STEPS = 1_000_000

# Distinct types, so that nothing can be fitted on test ratings (docs/method.md, Leakage).
TrainLikes = NewType("TrainLikes", DataFrame)
TrainOpinions = NewType("TrainOpinions", DataFrame)
ValidationRatings = NewType("ValidationRatings", DataFrame)
TestRatings = NewType("TestRatings", DataFrame)


def split_codes(packed: Packed, item_ids: pa.Array, split: SplitConfig, users: int) -> Codes:
    """Return the split of each rating, as its place in SPLITS.

    Args:
        packed: The ratings.
        item_ids: Item ids as text, by item_idx.
        split: Shares and salt.
        users: Number of users of the data set; decides what share of them has validation ratings
            if the config leaves it open.
    """
    share = split.validation_users
    if share is None:
        share = 1.0 if users < SMALL else LARGE_SHARE
    people, items = Texts.of(packed.users), Texts.of(item_ids)
    rows = packed.rows

    def pairs(salt: str) -> Hashes:
        return items.hashed(people.salted(salt)[rows], packed.items)

    held = _within(pairs(f"{split.salt} validation"), split.validation_share)
    held &= _within(people.salted(f"{split.salt} validation user"), share)[rows]
    # A mark without an opinion tests nothing.
    is_rated = ~np.isnan(packed.ratings)
    is_test = _within(pairs(split.salt), split.test_share) & is_rated
    return np.where(is_test, TEST_CODE, np.where(held & is_rated, VALIDATION_CODE, TRAIN_CODE))


def _within(hashes: Hashes, share: float) -> Bools:
    """Return which hashes are within the first `share` of their range, as `below` does."""
    return np.asarray(hashes.view(np.int64) % STEPS < round(share * STEPS))


def below(share: float, salt: str, *parts: Column) -> Column:
    """Return whether the hash of salt and parts is within the first `share` of its range."""
    return F.pmod(F.xxhash64(F.lit(salt), *parts), F.lit(STEPS)) < round(share * STEPS)


def train_likes(history: DataFrame) -> TrainLikes:
    """Return the train likes of `user_history`: user_id and the array `likes` of item_idx."""
    return TrainLikes(history.select(C.USER_ID, F.col(C.LIKES_TRAIN).alias(C.LIKES)))


def is_for_tuning(user_id: Column) -> Column:
    """Return whether a user is of the half that depths and weights are chosen on.

    The other half decides on the champion, so that the winner's luck is not counted.
    """
    return below(0.5, "tuning", user_id.cast("string"))


def single_likes(likes: TrainLikes) -> DataFrame:
    """Return one row per like: user_id and item_idx."""
    return likes.select(C.USER_ID, F.explode(C.LIKES).alias(C.ITEM_IDX))


def validation_ratings(ratings: DataFrame) -> ValidationRatings:
    """Return the ratings of the validation split."""
    return ValidationRatings(ratings.where(F.col(C.SPLIT) == VALIDATION))


def test_ratings(ratings: DataFrame) -> TestRatings:
    """Return the ratings of the test split."""
    return TestRatings(ratings.where(F.col(C.SPLIT) == TEST))
