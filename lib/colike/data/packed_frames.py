"""What packed ratings of users come to: rows, histories, and the copies that are rejected."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    FloatType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from colike import columns as C
from colike.compute.arrays import Bools, Floats
from colike.config.files import IdType
from colike.config.models import LikesConfig, SplitConfig
from colike.data.history import opinions_of
from colike.data.packed import COPIES, Packed, packed_in
from colike.data.reading.frames import batch_of, id_field
from colike.data.splits import SPLITS, Codes, split_codes

KEPT, COPY = "kept", "copy"


@dataclass(frozen=True)
class Split:
    """How packed ratings are split: by which shares, of how many users, with which items' ids."""

    config: SplitConfig
    users: int
    item_ids: pa.Array

    def codes(self, packed: Packed) -> Codes:
        """Return the split of each rating."""
        return split_codes(packed, self.item_ids, self.config, self.users)


def rating_rows(unique: DataFrame, split: Split, item_id_type: IdType) -> DataFrame:
    """Return user_id, item_id, rating and split, a row per rating; marks are no ratings."""
    schema = StructType(
        [
            unique.schema[C.USER_ID],
            id_field(C.ITEM_ID, item_id_type),
            StructField(C.RATING, FloatType()),
            StructField(C.SPLIT, StringType()),
        ]
    )
    names = pa.array(SPLITS)

    def rows(packed: Packed, split: Split) -> pa.RecordBatch:
        at = np.flatnonzero(~np.isnan(packed.ratings))
        return batch_of(
            schema,
            user_id=packed.users.take(pa.array(packed.rows[at])),
            item_id=split.item_ids.take(pa.array(packed.items[at])),
            rating=packed.ratings[at],
            split=names.take(pa.array(split.codes(packed)[at])),
        )

    return _each_batch(unique, split, rows, schema)


def user_history(unique: DataFrame, split: Split, likes: LikesConfig) -> DataFrame:
    """Return one row per user with `<opinion>_<split>`, sorted item_idx.

    Args:
        unique: What `unique_ratings` returns.
        split: How its ratings are split.
        likes: Which ratings are likes and detractors; compared as ratings are kept, in 32 bits.
    """
    arrays = [f"{opinion}_{name}" for name in SPLITS for opinion in opinions_of(name)]
    schema = StructType(
        [unique.schema[C.USER_ID]]
        + [StructField(name, ArrayType(IntegerType(), containsNull=False)) for name in arrays]
    )

    def rows(packed: Packed, split: Split) -> pa.RecordBatch:
        codes, opinions = split.codes(packed), _opinions(packed.ratings, likes)
        columns = {
            f"{opinion}_{name}": _lists(packed, (codes == code) & opinions[opinion])
            for code, name in enumerate(SPLITS)
            for opinion in opinions_of(name)
        }
        return batch_of(schema, user_id=packed.users, **columns)

    return _each_batch(unique, split, rows, schema)


def further_copies(unique: DataFrame, split: Split, item_id_type: IdType) -> DataFrame:
    """Return the further copies of pairs as rejected rows, for the reason `duplicate`."""
    user = unique.schema[C.USER_ID]
    kept, copies = StructField(KEPT, FloatType()), StructField(COPIES, IntegerType())
    schema = StructType([user, id_field(C.ITEM_ID, item_id_type), kept, copies])

    def rows(packed: Packed, split: Split) -> pa.RecordBatch:
        at = np.flatnonzero(packed.copies > 1)
        return batch_of(
            schema,
            user_id=packed.users.take(pa.array(packed.rows[at])),
            item_id=split.item_ids.take(pa.array(packed.items[at])),
            kept=packed.ratings[at],
            copies=packed.copies[at],
        )

    pairs = _each_batch(unique.where(F.col(COPIES).isNotNull()), split, rows, schema)
    copy = F.explode(F.sequence(F.lit(2), F.col(COPIES)))
    return pairs.withColumn(COPY, copy).select(
        F.lit("duplicate").alias(C.REASON),
        F.to_json(F.struct(C.USER_ID, C.ITEM_ID, KEPT, COPY)).alias(C.ROW),
        F.lit(None).cast("string").alias(C.FILE),
        F.lit(None).cast("bigint").alias(C.LINE),
    )


def _each_batch(
    unique: DataFrame,
    split: Split,
    rows: Callable[[Packed, Split], pa.RecordBatch],
    schema: StructType,
) -> DataFrame:
    """Apply `rows` to packed ratings; executors receive the items' ids once."""
    shared = unique.sparkSession.sparkContext.broadcast(split)

    def each(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield rows(packed_in(batch), shared.value)

    return unique.mapInArrow(each, schema)


def _opinions(ratings: Floats, likes: LikesConfig) -> dict[str, Bools]:
    """Return by opinion which ratings are of it; each rating is of exactly one."""
    is_like = ratings >= np.float32(likes.at_least)
    is_detractor = ratings <= np.float32(likes.detractor_at_most)
    is_unrated = np.isnan(ratings)
    return {
        C.LIKES: is_like,
        C.PASSIVES: ~(is_like | is_detractor | is_unrated),
        C.DETRACTORS: is_detractor,
        C.UNRATED: is_unrated,
    }


def _lists(packed: Packed, chosen: Bools) -> pa.ListArray:
    """Return the chosen items of each user as lists."""
    counts = np.bincount(packed.rows[chosen], minlength=len(packed.users))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(packed.items[chosen]))
