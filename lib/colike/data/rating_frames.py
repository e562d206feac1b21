"""Ratings as frames: read by ranges, packed by user, each pair once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BinaryType,
    FloatType,
    LongType,
    StructField,
    StructType,
)

from colike import columns as C
from colike.config.files import Duplicates
from colike.data.packed import ARRAYS, ITEMS, Loose, of_batch, pack, packed_in, to_batch
from colike.data.ratings import RatingRules, joined, sort_out, without_forgotten
from colike.data.reading.frames import (
    REJECTED,
    Input,
    batch_of,
    id_field,
    read_frame,
    rejected_batch,
    rows_as_json,
)
from colike.data.reading.rows import Rows

READ = "read"
USERS, HIGHEST = "users", "highest"
#: Ratings that a task holds before it packs them.
PACKED_ROWS = 4_000_000
PACKED_FIELDS = tuple(StructField(name, BinaryType()) for name in ARRAYS)


@dataclass(frozen=True)
class Told:
    """How many rows a rating file has, and how many of them are ratings."""

    rows: int
    rejected: int


def read_ratings(
    spark: SparkSession, path: str, rules: RatingRules, item_ids: pa.Array
) -> DataFrame:
    """Return what a rating file says, packed by user within each range of it.

    Rows are of three kinds: a user with arrays, a rejected row with its reason, or a number of rows
    in `read`.

    Args:
        spark: The session.
        path: Where the file is.
        rules: What makes a row a rating.
        item_ids: The known items, by item_idx.

    Raises:
        ConfigError: There is no such file.
        SchemaError: It lacks a column.
        QualityError: It has no rows.
    """
    schema = StructType(
        [
            id_field(C.USER_ID, rules.data.user_id_type),
            *PACKED_FIELDS,
            *REJECTED.fields,
            StructField(READ, LongType()),
        ]
    )
    known = spark.sparkContext.broadcast(item_ids)

    def convert(found: Iterator[tuple[str, Rows]]) -> Iterator[pa.RecordBatch]:
        return _told(found, rules, known.value, schema)

    wanted = Input(path, rules.file, rules.columns, rules.types)
    return read_frame(spark, wanted, convert, schema)


def survey(told: DataFrame) -> Told:
    """Return how many rows were read and rejected."""
    counted = told.agg(
        F.coalesce(F.sum(READ), F.lit(0)).alias(READ), F.count(C.REASON).alias(C.REASON)
    )
    row = counted.collect()[0]
    return Told(int(row[READ]), int(row[C.REASON]))


def unique_ratings(told: DataFrame, duplicates: Duplicates | None) -> DataFrame:
    """Return the ratings of each user in one row of packed arrays, each pair once.

    Args:
        told: What `read_ratings` returns.
        duplicates: Which of several ratings of a pair counts.
    """
    schema = StructType([told.schema[C.USER_ID], *PACKED_FIELDS])

    def merge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            parts = batch.column(1)
            flat = parts.flatten()
            columns = {name: flat.field(place) for place, name in enumerate(ARRAYS)}
            users = batch.column(0).take(pc.list_parent_indices(parts))
            yield batch_of(schema, **to_batch(pack(of_batch(users, columns), duplicates)))

    by_user = told.where(F.col(C.USER_ID).isNotNull()).groupBy(C.USER_ID)
    return by_user.agg(F.collect_list(F.struct(*ARRAYS))).mapInArrow(merge, schema)


@dataclass(frozen=True)
class Counts:
    """How many users and pairs there are, marks without an opinion among them; and likes.

    `highest` is the highest rating, NaN where there is none.
    """

    users: int
    pairs: int
    likes: int
    highest: float


def count(unique: DataFrame, like_at_least: float) -> Counts:
    """Return the counts of what `unique_ratings` returns."""
    least = np.float32(like_at_least)
    fields = [StructField(name, LongType()) for name in (USERS, ITEMS, C.LIKES)]
    schema = StructType([*fields, StructField(HIGHEST, FloatType())])

    def counted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            packed = packed_in(batch)
            rated = packed.ratings[~np.isnan(packed.ratings)]
            yield batch_of(
                schema,
                users=[batch.num_rows],
                items=[len(packed.items)],
                likes=[int((rated >= least).sum())],
                highest=[float(rated.max(initial=-np.inf))],
            )

    sums = [F.coalesce(F.sum(field.name), F.lit(0)) for field in fields]
    row = unique.mapInArrow(counted, schema).agg(*sums, F.max(HIGHEST)).collect()[0]
    users, pairs, likes, highest = row
    return Counts(int(users), int(pairs), int(likes), np.nan if highest is None else float(highest))


def _told(
    found: Iterator[tuple[str, Rows]], rules: RatingRules, item_ids: pa.Array, schema: StructType
) -> Iterator[pa.RecordBatch]:
    held: list[Loose] = []
    read = 0
    for name, every in found:
        rows = without_forgotten(name, every, rules)
        sorted_out = sort_out(name, rows, rules, item_ids)
        read += rows.table.num_rows + len(rows.rejected)
        if rows.rejected:
            yield rejected_batch(name, rows.rejected, schema)
        if len(sorted_out.places):
            yield batch_of(
                schema,
                reason=sorted_out.reasons,
                row=rows_as_json(rows.table, rules.columns, sorted_out.places),
                file=[name] * len(sorted_out.places),
                line=rows.lines()[sorted_out.places],
            )
        held.append(sorted_out.ratings)
        if sum(len(part.items) for part in held) >= PACKED_ROWS:
            yield _packed(held, rules, schema)
            held = []
    if held:
        yield _packed(held, rules, schema)
    yield batch_of(schema, read=[read])


def _packed(held: list[Loose], rules: RatingRules, schema: StructType) -> pa.RecordBatch:
    return batch_of(schema, **to_batch(pack(joined(held), rules.file.duplicates)))
