"""User histories: what each user likes and has seen, packed as sorted arrays of item_idx."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import SPLITS, TRAIN, VALIDATION

# Which splits stand for a user: to tune, to measure, to publish (docs/method.md, Histories).
HISTORIES = {"train": (TRAIN,), "known": (TRAIN, VALIDATION), "all": SPLITS}


def user_history(ratings: DataFrame, items: DataFrame, like_at_least: float) -> DataFrame:
    """Return one row per user with `likes_<split>` and `seen_<split>`, sorted item_idx.

    Args:
        ratings: user_id, item_id, rating, split.
        items: item_id and item_idx.
        like_at_least: Lowest rating that is a like.
    """
    numbered = ratings.join(
        F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX)), on=C.ITEM_ID, how="inner"
    )
    is_like = F.col(C.RATING) >= like_at_least
    arrays = []
    for split in SPLITS:
        here = F.col(C.SPLIT) == split
        arrays.append(_sorted_items(here & is_like, f"likes_{split}"))
        arrays.append(_sorted_items(here, f"seen_{split}"))
    return numbered.groupBy(C.USER_ID).agg(*arrays)


def of_history(history: DataFrame, name: str, *more: Column) -> DataFrame:
    """Return user_id, `likes` and `seen` of the history train, known or all, and `more`.

    The arrays of its splits are concatenated; items are sorted only within each split.
    """
    likes, seen = _joined(C.LIKES, name), _joined(C.SEEN, name)
    return history.select(C.USER_ID, likes.alias(C.LIKES), seen.alias(C.SEEN), *more)


def _joined(what: str, name: str) -> Column:
    return F.concat(*(F.col(f"{what}_{split}") for split in HISTORIES[name]))


def _sorted_items(condition: Column, name: str) -> Column:
    return F.array_sort(F.collect_list(F.when(condition, F.col(C.ITEM_IDX)))).alias(name)
