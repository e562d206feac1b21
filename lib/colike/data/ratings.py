"""Checked ratings: types, scale, known items, no pair twice; what fails gets a reason."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import DataConfig, RatingsFile, SplitConfig
from colike.data.splits import with_split

RAW = "_raw"
KNOWN = "_known"
COPIES = "_copies"


@dataclass(frozen=True)
class Checked:
    """Rows that passed, and the others with `table`, `reason` and the `row` as JSON."""

    valid: DataFrame
    rejected: DataFrame


@dataclass(frozen=True)
class Survey:
    """What one look at the file says: its rows, the rejected ones of them, and valid users."""

    rows: int
    rejected: int
    users: int


def mark_ratings(raw: DataFrame, items: DataFrame, data: DataConfig) -> DataFrame:
    """Return every row as user_id, item_id, rating and `reason`, null for a row that passes.

    The reasons are `bad_user_id`, `bad_item_id`, `rating_not_a_number`,
    `rating_out_of_scale` and `unknown_item`.

    Args:
        raw: The rating file's rows under its own column names.
        items: Rows whose `item_id` are the known items.
        data: The config's data section.
    """
    known = F.broadcast(items.select(C.ITEM_ID, F.lit(True).alias(KNOWN)))
    parsed = _parse(raw, data).join(known, on=C.ITEM_ID, how="left")
    return parsed.withColumn(C.REASON, _reason(data.ratings)).drop(KNOWN)


def survey(marked: DataFrame) -> Survey:
    """Return what the marked rows are; a shuffle of users, not of ratings."""
    is_valid = F.col(C.REASON).isNull()
    by_user = marked.groupBy(C.USER_ID, is_valid.alias("valid")).agg(F.count(F.lit(1)).alias(C.N))
    rows = by_user.groupBy("valid").agg(F.sum(C.N).alias(C.N), F.count(F.lit(1)).alias("users"))
    found = {row["valid"]: row for row in rows.collect()}
    valid = found[True][C.N] if True in found else 0
    rejected = found[False][C.N] if False in found else 0
    return Survey(valid + rejected, rejected, found[True]["users"] if True in found else 0)


def unique_ratings(marked: DataFrame, seen: Survey, split: SplitConfig) -> DataFrame:
    """Return the ratings that pass, each pair once: user_id, item_id, rating, split, `_copies`.

    Of a pair that stands twice the lowest rating counts, since a like must be sure. The rows of
    a user are in one partition, so that packing them by user shuffles nothing.

    Args:
        marked: What `mark_ratings` returns.
        seen: What `survey` says of it.
        split: Shares and salt.
    """
    by_user = marked.where(F.col(C.REASON).isNull()).repartition(C.USER_ID)
    unique = by_user.groupBy(C.USER_ID, C.ITEM_ID).agg(
        F.min(C.RATING).alias(C.RATING), F.count(F.lit(1)).alias(COPIES)
    )
    return with_split(unique, split, seen.users)


def checked_ratings(marked: DataFrame, seen: Survey, unique: DataFrame) -> Checked:
    """Return the ratings (user_id, item_id, rating, split) that pass, and the rows that do not.

    The further copies of a pair are rejected as `duplicate`.

    Args:
        marked: What `mark_ratings` returns.
        seen: What `survey` says of it.
        unique: What `unique_ratings` returns; it is read several times, so cache it.
    """
    # Where nothing was rejected the file is not read again to look for it.
    wrong = marked.where(F.col(C.REASON).isNotNull() if seen.rejected else F.lit(False))
    named = wrong.select(C.REASON, F.col(RAW).alias(C.ROW))
    rejected = named.unionByName(_repeats(unique)).withColumn(C.TABLE, F.lit("ratings"))
    return Checked(unique.drop(COPIES), rejected)


def _parse(raw: DataFrame, data: DataConfig) -> DataFrame:
    names = data.ratings.columns
    return raw.select(
        typed_id(names.user_id, data.user_id_type).alias(C.USER_ID),
        typed_id(names.item_id, data.item_id_type).alias(C.ITEM_ID),
        F.expr(f"try_cast(`{names.rating}` AS float)").alias(C.RATING),
        F.to_json(F.struct(names.user_id, names.item_id, names.rating)).alias(RAW),
    )


def _reason(ratings: RatingsFile) -> Column:
    number = F.col(C.RATING).isNotNull() & ~F.isnan(C.RATING)
    in_scale = F.col(C.RATING).between(ratings.scale_min, ratings.scale_max)
    return (
        F.when(F.col(C.USER_ID).isNull(), "bad_user_id")
        .when(F.col(C.ITEM_ID).isNull(), "bad_item_id")
        .when(~number, "rating_not_a_number")
        .when(~in_scale, "rating_out_of_scale")
        .when(F.col(KNOWN).isNull(), "unknown_item")
    )


def _repeats(grouped: DataFrame) -> DataFrame:
    copies = F.explode(F.sequence(F.lit(2), F.col(COPIES).cast("int")))
    repeated = grouped.where(F.col(COPIES) > 1).withColumn("copy", copies)
    return repeated.select(
        F.lit("duplicate").alias(C.REASON),
        F.to_json(F.struct(C.USER_ID, C.ITEM_ID, F.col(C.RATING).alias("kept"), "copy")).alias(
            C.ROW
        ),
    )


def typed_id(column: str, id_type: str) -> Column:
    """Return an id column in its type, null where the text is blank or not of that type."""
    text = f"nullif(trim(CAST(`{column}` AS string)), '')"
    return F.expr(text if id_type == "string" else f"try_cast({text} AS {id_type})")
