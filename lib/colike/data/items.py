"""Items: checked rows with a number that never changes, attributes, synopsis, description."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, StringType, StructField, StructType

from colike import columns as C
from colike.config.files import IdType, ItemsFile, SynopsesFile
from colike.config.models import DescriptionsConfig
from colike.data.descriptions import clean, renderer
from colike.data.quality import Checked
from colike.data.reading.frames import REJECTED, read_texts

KNOWN, COPY = "known", "copy"
Cached = Callable[[DataFrame], DataFrame]


def read_items(spark: SparkSession, path: str, file: ItemsFile, id_type: IdType) -> DataFrame:
    """Return the rows of the item file: typed ids, and texts as the file has them.

    Raises:
        ConfigError: There is no such file.
        SchemaError: It lacks a column.
        QualityError: It has no rows.
    """
    columns = {C.ITEM_ID: file.columns.item_id, C.TITLE: file.columns.title}
    attributes = file.attribute_columns.values()
    columns |= {_attribute(place): column for place, column in enumerate(attributes)}
    return read_texts(spark, path, file, columns, {C.ITEM_ID: id_type})


def check_items(raw: DataFrame, file: ItemsFile, cached: Cached) -> Checked:
    """Return items (item_id, title, attributes) that pass, and those that do not.

    The reasons are those of the form, `bad_item_id`, `no_title` and `duplicate`.

    Args:
        raw: What `read_items` returns.
        file: The config's section.
        cached: Keeps a frame that is read several times.
    """
    parsed = raw.select(
        C.ITEM_ID,
        F.nullif(_cleaned(F.col(C.TITLE)), F.lit("")).alias(C.TITLE),
        _attributes(file).alias(C.ATTRIBUTES),
        *REJECTED.names,
    )
    # Of rows with one id the first by title stays, whatever the order of reading.
    copy = F.row_number().over(Window.partitionBy(C.ITEM_ID).orderBy(C.TITLE, C.ROW))
    reason = (
        F.when(F.col(C.REASON).isNotNull(), F.col(C.REASON))
        .when(F.col(C.ITEM_ID).isNull(), "bad_item_id")
        .when(F.col(C.TITLE).isNull(), "no_title")
        .when(F.col(COPY) > 1, "duplicate")
    )
    marked = cached(parsed.withColumn(COPY, copy).withColumn(C.REASON, reason))
    return Checked.of(marked, C.ITEM_ID, C.TITLE, C.ATTRIBUTES)


def read_synopses(spark: SparkSession, path: str, file: SynopsesFile, id_type: IdType) -> DataFrame:
    """Return the rows of the synopsis file; raises what `read_items` does."""
    columns = {C.ITEM_ID: file.columns.item_id, C.SYNOPSIS: file.columns.synopsis}
    return read_texts(spark, path, file, columns, {C.ITEM_ID: id_type})


def check_synopses(raw: DataFrame, file: SynopsesFile, items: DataFrame, cached: Cached) -> Checked:
    """Return item_id and the cleaned synopsis, empty where the file has a row without text.

    The reasons of the others are those of the form, `bad_item_id`, `unknown_item` and `duplicate`.

    Args:
        raw: What `read_synopses` returns.
        file: The config's section.
        items: The known items.
        cached: Keeps a frame that is read several times.
    """
    text = _cleaned(F.coalesce(F.col(C.SYNOPSIS), F.lit("")))
    is_empty = F.lit(False)
    for prefix in file.empty_prefixes:
        is_empty |= text.startswith(prefix)
    parsed = raw.withColumn(C.SYNOPSIS, F.when(is_empty, "").otherwise(text))
    known = F.broadcast(items.select(C.ITEM_ID, F.lit(True).alias(KNOWN)))
    # Of several texts the one with most to say stays: any before none.
    copy = F.row_number().over(Window.partitionBy(C.ITEM_ID).orderBy(F.desc(C.SYNOPSIS), C.ROW))
    reason = (
        F.when(F.col(C.REASON).isNotNull(), F.col(C.REASON))
        .when(F.col(C.ITEM_ID).isNull(), "bad_item_id")
        .when(F.col(KNOWN).isNull(), "unknown_item")
        .when(F.col(COPY) > 1, "duplicate")
    )
    joined = parsed.join(known, on=C.ITEM_ID, how="left").withColumn(COPY, copy)
    marked = cached(joined.withColumn(C.REASON, reason))
    return Checked.of(marked, C.ITEM_ID, C.SYNOPSIS)


def with_index(items: DataFrame, known: DataFrame) -> DataFrame:
    """Return `items` with a dense `item_idx`: known items keep their order, new ones follow.

    So a number changes only when an item before it has left the file: gaps are closed, since
    algorithms use the number as a position.

    Args:
        items: Rows with item_id.
        known: item_id and item_idx of the items table as it stands, perhaps without rows.
    """
    # One number an item, even where somebody has put an item into the table twice.
    numbers = known.groupBy(C.ITEM_ID).agg(F.min(C.ITEM_IDX).alias(C.ITEM_IDX))
    joined = items.join(numbers, on=C.ITEM_ID, how="left")
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
    for place, name in enumerate(file.attribute_columns):
        value = _cleaned(F.col(_attribute(place)))
        absent = value.isNull() | (value == "") | value.isin(file.missing)
        pairs.append(F.struct(F.lit(name), F.when(~absent, value)))
    if not pairs:
        return F.expr("CAST(map() AS map<string, string>)")
    return F.map_filter(F.map_from_entries(F.array(*pairs)), lambda _, value: value.isNotNull())


def _attribute(place: int) -> str:
    """Return what an attribute's column is called while it is read: names of files are free."""
    return f"attribute_{place}"


def _cleaned(text: Column) -> Column:
    return F.udf(_clean_or_none, StringType())(text)


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)
