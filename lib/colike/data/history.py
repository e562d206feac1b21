"""User histories: what each user likes and has seen, packed as sorted arrays of item_idx."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import SPLITS, TRAIN, VALIDATION

# Which splits stand for a user: to tune, to measure, to publish (docs/method.md, Histories).
HISTORIES = {"train": (TRAIN,), "known": (TRAIN, VALIDATION), "all": SPLITS}


def of_history(history: DataFrame, name: str, *more: Column) -> DataFrame:
    """Return user_id, `likes` and `seen` of the history train, known or all, and `more`.

    The arrays of its splits are concatenated; items are sorted only within each split.
    """
    likes, seen = _joined(C.LIKES, name), _joined(C.SEEN, name)
    return history.select(C.USER_ID, likes.alias(C.LIKES), seen.alias(C.SEEN), *more)


def _joined(what: str, name: str) -> Column:
    return F.concat(*(F.col(f"{what}_{split}") for split in HISTORIES[name]))
