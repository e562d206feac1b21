"""Checked ratings: types, scale, known items, no pair twice; what fails gets a reason."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import DataConfig, RatingsFile

RAW = "_raw"
KNOWN = "_known"
COPIES = "_copies"


@dataclass(frozen=True)
class Checked:
    """Rows that passed, and the others with `table`, `reason` and the `row` as JSON."""

    valid: DataFrame
    rejected: DataFrame


def check_ratings(raw: DataFrame, items: DataFrame, data: DataConfig) -> Checked:
    """Return the ratings (user_id, item_id, rating) that pass, and those that do not.

    The reasons are `bad_user_id`, `bad_item_id`, `rating_not_a_number`,
    `rating_out_of_scale`, `unknown_item` and `duplicate`. Of a pair that stands twice the
    lowest rating is kept, since a like must be sure.

    Args:
        raw: The rating file's rows under its own column names.
        items: Rows whose `item_id` are the known items.
        data: The config's data section.
    """
    known = F.broadcast(items.select(C.ITEM_ID, F.lit(True).alias(KNOWN)))
    parsed = _parse(raw, data).join(known, on=C.ITEM_ID, how="left")
    marked = parsed.withColumn(C.REASON, _reason(data.ratings)).cache()
    kept = marked.where(F.col(C.REASON).isNull())
    grouped = kept.groupBy(C.USER_ID, C.ITEM_ID).agg(
        F.min(C.RATING).alias(C.RATING), F.count(F.lit(1)).alias(COPIES)
    )
    wrong = marked.where(F.col(C.REASON).isNotNull()).select(C.REASON, F.col(RAW).alias(C.ROW))
    again = _repeats(grouped)
    rejected = wrong.unionByName(again).withColumn(C.TABLE, F.lit("ratings"))
    return Checked(grouped.drop(COPIES), rejected)


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
