"""Items: checked rows with a number that never changes, attributes, synopsis, description."""

import hashlib
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, StringType, StructField, StructType

from colike import columns as C
from colike.config.models import DescriptionsConfig, ItemsFile, SynopsesFile
from colike.data.descriptions import clean, renderer
from colike.data.ratings import RAW, Checked, typed_id


def check_items(raw: DataFrame, file: ItemsFile, id_type: str) -> Checked:
    """Return items (item_id, title, attributes) that pass, and those that do not.

    The reasons are `bad_item_id`, `no_title` and `duplicate`.
    """
    names = file.columns
    parsed = raw.select(
        typed_id(names.item_id, id_type).alias(C.ITEM_ID),
        F.nullif(_cleaned(F.col(f"`{names.title}`").cast("string")), F.lit("")).alias(C.TITLE),
        _attributes(file).alias(C.ATTRIBUTES),
        F.to_json(F.struct(f"`{names.item_id}`", f"`{names.title}`")).alias(RAW),
    )
    # Of rows with one id the first by title stays, whatever the order of reading.
    copy = F.row_number().over(Window.partitionBy(C.ITEM_ID).orderBy(C.TITLE, RAW))
    reason = (
        F.when(F.col(C.ITEM_ID).isNull(), "bad_item_id")
        .when(F.col(C.TITLE).isNull(), "no_title")
        .when(F.col("copy") > 1, "duplicate")
    )
    marked = parsed.withColumn("copy", copy).withColumn(C.REASON, reason)
    valid = marked.where(F.col(C.REASON).isNull()).select(C.ITEM_ID, C.TITLE, C.ATTRIBUTES)
    wrong = marked.where(F.col(C.REASON).isNotNull())
    rejected = wrong.select(C.REASON, F.col(RAW).alias(C.ROW), F.lit("items").alias(C.TABLE))
    return Checked(valid, rejected)


def synopses(raw: DataFrame, file: SynopsesFile, id_type: str) -> DataFrame:
    """Return item_id and the cleaned synopsis, empty where the file has a row without text."""
    text = _cleaned(F.coalesce(F.col(f"`{file.columns.synopsis}`").cast("string"), F.lit("")))
    is_empty = F.lit(False)
    for prefix in file.empty_prefixes:
        is_empty |= text.startswith(prefix)
    parsed = raw.select(
        typed_id(file.columns.item_id, id_type).alias(C.ITEM_ID),
        F.when(is_empty, "").otherwise(text).alias(C.SYNOPSIS),
    )
    return parsed.groupBy(C.ITEM_ID).agg(F.max(C.SYNOPSIS).alias(C.SYNOPSIS))


def with_index(items: DataFrame, known: DataFrame) -> DataFrame:
    """Return `items` with a dense `item_idx`: known items keep their order, new ones follow.

    So a number changes only when an item before it has left the file: gaps are closed, since
    algorithms use the number as a position.

    Args:
        items: Rows with item_id.
        known: item_id and item_idx of the items table as it stands, perhaps without rows.
    """
    joined = items.join(known.select(C.ITEM_ID, C.ITEM_IDX), on=C.ITEM_ID, how="left")
    ids = joined.select(C.ITEM_ID, C.ITEM_IDX)
    # One partition, but only of the ids.
    known_first = Window.orderBy(F.col(C.ITEM_IDX).asc_nulls_last(), C.ITEM_ID)
    position = (F.row_number().over(known_first) - 1).cast("int")
    numbered = ids.select(C.ITEM_ID, position.alias(C.ITEM_IDX))
    return joined.drop(C.ITEM_IDX).join(numbered, on=C.ITEM_ID, how="inner")


def with_descriptions(
    items: DataFrame, settings: DescriptionsConfig, attributes: list[str]
) -> DataFrame:
    """Return `items` with `description`, `synopsis_cut` and `content_hash` (sha256, hex).

    Args:
        items: Rows with title, attributes and synopsis.
        settings: The template.
        attributes: Names of the attributes that items may have.
    """
    template, words = settings.template, settings.max_synopsis_words
    renderer(template, attributes, words)  # a wrong template fails here, before any task

    def describe(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        render = renderer(template, attributes, words)
        for batch in batches:
            columns = (
                batch.column(name).to_pylist() for name in (C.TITLE, C.ATTRIBUTES, C.SYNOPSIS)
            )
            rows = [
                render(title, dict(values), text)
                for title, values, text in zip(*columns, strict=True)
            ]
            texts, cut = [text for text, _ in rows], [was_cut for _, was_cut in rows]
            added = [pa.array(texts, pa.string()), pa.array(cut, pa.bool_())]
            added.append(pa.array([content_hash(text) for text in texts], pa.string()))
            names = [*batch.schema.names, C.DESCRIPTION, C.SYNOPSIS_CUT, C.CONTENT_HASH]
            yield pa.RecordBatch.from_arrays([*batch.columns, *added], names=names)

    described = StructType(
        [
            *items.schema.fields,
            StructField(C.DESCRIPTION, StringType()),
            StructField(C.SYNOPSIS_CUT, BooleanType()),
            StructField(C.CONTENT_HASH, StringType()),
        ]
    )
    return items.mapInArrow(describe, described)


def content_hash(description: str) -> str:
    """Return the sha256 (hex) of a description, by which encoded vectors stay good."""
    return hashlib.sha256(description.encode("utf-8")).hexdigest()


def _attributes(file: ItemsFile) -> Column:
    pairs = []
    for name in file.attributes:
        value = _cleaned(F.col(f"`{name}`").cast("string"))
        absent = value.isNull() | (value == "") | value.isin(file.missing)
        pairs.append(F.struct(F.lit(name), F.when(~absent, value)))
    if not pairs:
        return F.expr("CAST(map() AS map<string, string>)")
    return F.map_filter(F.map_from_entries(F.array(*pairs)), lambda _, value: value.isNotNull())


def _cleaned(text: Column) -> Column:
    return F.udf(_clean_or_none, StringType())(text)


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)
