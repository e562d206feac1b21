"""Recommendations as one row per source and user, joined with the user's test ratings."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TestRatings, ValidationRatings

POPULAR = "popular"
TEST_ITEMS = "test_items"
TEST_RATINGS = "test_ratings"
KNOWN_LIKES = "known_likes"
HASH = "user_hash"


def as_lists(recommendations: DataFrame, items: DataFrame) -> DataFrame:
    """Return source, user_id, and the arrays `items` (item_idx) and `fallback`, both by rank."""
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    numbered = recommendations.join(index, on=C.ITEM_ID, how="inner")
    ordered = F.array_sort(F.collect_list(F.struct(C.RANK, C.ITEM_IDX, C.FALLBACK)))
    grouped = numbered.groupBy(C.SOURCE, C.USER_ID).agg(ordered.alias("ranked"))
    return grouped.select(
        C.SOURCE,
        C.USER_ID,
        F.col(f"ranked.{C.ITEM_IDX}").alias(C.ITEMS),
        F.col(f"ranked.{C.FALLBACK}").alias(C.FALLBACK),
    )


def user_tests(
    ratings: TestRatings | ValidationRatings, items: DataFrame, history: DataFrame, seed: int
) -> DataFrame:
    """Return a row per user with test ratings: their arrays, number of known likes, and a hash.

    Args:
        ratings: Test ratings; the gate's are validation ratings.
        items: item_id and item_idx.
        history: Rows of user_history.
        seed: Salt of the hash that bootstrap weights come from.
    """
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    pairs = F.array_sort(F.collect_list(F.struct(C.ITEM_IDX, C.RATING)))
    tests = (
        ratings.join(index, on=C.ITEM_ID, how="inner").groupBy(C.USER_ID).agg(pairs.alias("tests"))
    )
    known = history.select(
        C.USER_ID, (F.size(C.LIKES_TRAIN) + F.size(C.LIKES_VALIDATION)).alias(KNOWN_LIKES)
    )
    return tests.join(known, on=C.USER_ID, how="inner").select(
        C.USER_ID,
        F.col(f"tests.{C.ITEM_IDX}").alias(TEST_ITEMS),
        F.col(f"tests.{C.RATING}").cast("array<double>").alias(TEST_RATINGS),
        KNOWN_LIKES,
        F.xxhash64(F.lit(seed), F.col(C.USER_ID).cast("string")).alias(HASH),
    )


def judged_input(
    lists: DataFrame, tests: DataFrame, popular: DataFrame | None, names: Sequence[str] = ()
) -> DataFrame:
    """Return the input of `sums.metric_sums`: a row per source and user with test ratings.

    A user for whom a source has no list gets an empty one.

    Args:
        lists: What `as_lists` returns.
        tests: What `user_tests` returns.
        popular: popularity's lists (user_id, items), None if it is not among the sources.
        names: Sources to judge, though they may have no list at all; by default those of `lists`.
    """
    sources = lists.select(C.SOURCE).distinct()
    if names:
        rows = [(name,) for name in names]
        sources = lists.sparkSession.createDataFrame(rows, f"{C.SOURCE} string")
    every = tests.crossJoin(F.broadcast(sources))
    joined = every.join(lists, on=[C.SOURCE, C.USER_ID], how="left")
    none = F.array().cast("array<int>")
    if popular is None:
        joined = joined.withColumn(POPULAR, none)
    else:
        theirs = popular.select(C.USER_ID, F.col(C.ITEMS).alias(POPULAR))
        joined = joined.join(theirs, on=C.USER_ID, how="left")
    return joined.select(
        C.SOURCE, TEST_ITEMS, TEST_RATINGS, KNOWN_LIKES, HASH,
        F.coalesce(C.ITEMS, none).alias(C.ITEMS),
        F.coalesce(C.FALLBACK, F.array().cast("array<boolean>")).alias(C.FALLBACK),
        F.coalesce(POPULAR, none).alias(POPULAR),
    )  # fmt: skip
