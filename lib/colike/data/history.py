"""User histories: what each user has seen, by opinion, packed as sorted arrays of item_idx."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.compute.ragged import ragged, starts_of
from colike.data.splits import SPLITS, TRAIN, VALIDATION, TrainOpinions, is_for_tuning

#: Each seen item is in exactly one of these. Only the rated ones are split: an item without an
#: opinion tests nothing, and is in `train`.
RATED = (C.LIKES, C.PASSIVES, C.DETRACTORS)
OPINIONS = (*RATED, C.UNRATED)
# Which splits stand for a user: to tune, to measure, to publish (docs/method.md, Histories).
HISTORIES = {"train": (TRAIN,), "known": (TRAIN, VALIDATION), "all": SPLITS}


def opinions_of(split: str) -> tuple[str, ...]:
    """Return the opinions that there are of a split.

    >>> [f"{opinion}_test" for opinion in opinions_of("test")]
    ['likes_test', 'passives_test', 'detractors_test']
    """
    return OPINIONS if split == TRAIN else RATED


def of_history(history: DataFrame, name: str, *more: Column) -> DataFrame:
    """Return user_id, OPINIONS of the history train, known or all, and `more`.

    The arrays of its splits are concatenated; items are sorted only within each split.
    """
    splits = HISTORIES[name]
    joined = [_joined(opinion, splits).alias(opinion) for opinion in OPINIONS]
    return history.select(C.USER_ID, *joined, *more)


def train_opinions(history: DataFrame) -> TrainOpinions:
    """Return the train ratings of `user_history`: user_id and item_idx by opinion, in arrays."""
    named = (F.col(f"{opinion}_{TRAIN}").alias(opinion) for opinion in RATED)
    return TrainOpinions(history.select(C.USER_ID, *named))


def for_tuning(history: DataFrame) -> DataFrame:
    """Return the users whose validation likes depths and weights are chosen on."""
    return history.where((F.size(C.LIKES_VALIDATION) > 0) & is_for_tuning(F.col(C.USER_ID)))


def for_deciding(history: DataFrame) -> DataFrame:
    """Return the users whose validation likes decide on the champion: the other half."""
    return history.where((F.size(C.LIKES_VALIDATION) > 0) & ~is_for_tuning(F.col(C.USER_ID)))


def seen_in(split: str) -> Column:
    """Return the items that a user has seen in a split, in no order."""
    return F.concat(*(F.col(f"{opinion}_{split}") for opinion in opinions_of(split)))


def without_items(history: DataFrame, taken: Bools) -> DataFrame:
    """Return `user_history` as if nobody had rated some items.

    Args:
        history: Rows of user_history.
        taken: Which items, by item_idx.
    """
    arrays = [f"{opinion}_{split}" for split in SPLITS for opinion in opinions_of(split)]
    rows = history.select(C.USER_ID, *arrays)
    shared = history.sparkSession.sparkContext.broadcast(taken)

    def drop(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            kept = [_without(batch.column(name), shared.value) for name in arrays]
            columns = [batch.column(C.USER_ID), *kept]
            yield pa.RecordBatch.from_arrays(columns, names=[C.USER_ID, *arrays])

    return rows.mapInArrow(drop, rows.schema)


def _without(column: pa.ListArray, taken: Bools) -> pa.ListArray:
    indptr, values = ragged(column, np.int32)
    stays = ~taken[values]
    offsets = starts_of(stays)[indptr].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values[stays]))


def _joined(opinion: str, splits: tuple[str, ...]) -> Column:
    return F.concat(
        *(F.col(f"{opinion}_{split}") for split in splits if opinion in opinions_of(split))
    )
