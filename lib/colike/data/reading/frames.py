"""Input files as frames: Spark's tasks read their ranges, Python and pyarrow parse them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    LongType,
    StringType,
    StructField,
    StructType,
)

from colike import columns as C
from colike.compute.arrays import Longs
from colike.compute.placing import partition_keys
from colike.config.files import IdType
from colike.config.form import File
from colike.data.reading.faults import no_rows, too_large
from colike.data.reading.files import (
    binary_files,
    is_delta,
    is_remote,
    parts_of,
    require_columns,
    rows_of,
)
from colike.data.reading.header import Header
from colike.data.reading.rows import Columns, Rejected, Rows, Types, positions
from colike.data.reading.streams import Source
from colike.data.values import ids_of, texts_of
from colike.tables.location import in_backticks

#: Turns what a task has read, file by file, into rows of a frame.
Convert = Callable[[Iterator[tuple[str, Rows]]], Iterator[pa.RecordBatch]]
PATH, START, END, KEY, CONTENT, LENGTH = "path", "start", "end", "key", "content", "length"
PART_SCHEMA = f"{PATH} string, {START} bigint, {END} bigint, {KEY} int"
# A task for each range would keep Spark busy with nothing else where files are small.
TASKS_PER_CORE = 4
# Arrow's Java buffers grow by powers of two, of which the next one is beyond its 2^31 - 1 bytes.
LARGEST_CONTENT = 1 << 30
#: Columns that rejected rows have beside their table.
REJECTED = StructType(
    [
        StructField(C.REASON, StringType()),
        StructField(C.ROW, StringType()),
        StructField(C.FILE, StringType()),
        StructField(C.LINE, LongType()),
    ]
)


@dataclass(frozen=True)
class Input:
    """What is read of an input.

    Attributes:
        path: Where it is.
        file: Its form.
        columns: The wanted columns.
        types: The types in which columns of text are read fastest.
    """

    path: str
    file: File
    columns: Columns
    types: Types = field(default_factory=dict)


def read_frame(
    spark: SparkSession, wanted: Input, convert: Convert, schema: StructType
) -> DataFrame:
    """Return what `convert` makes of an input's rows.

    Args:
        spark: The session.
        wanted: What is read.
        convert: Called once in each task.
        schema: The columns that it makes.

    Raises:
        ConfigError: There is no such file.
        SchemaError: A local file lacks a column, or is of another form.
        QualityError: There are no rows, or a file at a URI is too large.
    """
    path, file = wanted.path, wanted.file
    if is_delta(path, file) or (file.format == "auto" and _is_remote_delta(spark, path)):
        return _read_table(spark, wanted, convert, schema)
    if is_remote(path):
        files = _whole_files(spark, path)
        return files.select(PATH, CONTENT).mapInArrow(_reader(wanted, convert, {}), schema)
    parts = parts_of(path, file)
    headers = {part.path: part.header for part in parts}
    for name, header in headers.items():
        require_columns(Source(name), file, wanted.columns, header)
    tasks = min(len(parts), TASKS_PER_CORE * max(spark.sparkContext.defaultParallelism, 1))
    keys = partition_keys(tasks)
    placed = [(*part[:3], keys[number % tasks]) for number, part in enumerate(parts)]
    frame = spark.createDataFrame(placed, PART_SCHEMA).repartition(tasks, KEY)
    return frame.mapInArrow(_reader(wanted, convert, headers), schema)


def _whole_files(spark: SparkSession, path: str) -> DataFrame:
    """Return the files that only Spark can open, which it gives to its tasks whole."""
    files = binary_files(spark, path).where(f"{LENGTH} > 0")
    large = files.where(f"{LENGTH} > {LARGEST_CONTENT}").orderBy(PATH).select(PATH, LENGTH).first()
    if large is not None:
        raise too_large(large[PATH], large[LENGTH], LARGEST_CONTENT)
    return files


def _reader(
    wanted: Input, convert: Convert, headers: Mapping[str, Header | None]
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a task does with its rows of path and either range or content."""

    def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, Rows]]:
        for batch in batches:
            for row in batch.to_pylist():
                source = Source(row[PATH], row.get(CONTENT))
                span = row.get(START) or 0, row.get(END), headers.get(source.name)
                for found in rows_of(source, wanted.file, wanted.columns, wanted.types, *span):
                    yield source.name, found

    return lambda batches: convert(rows(batches))


def largest_file(spark: SparkSession, path: str) -> int:
    """Return the bytes of the largest file that a task takes from Spark whole; 1 if none does."""
    if not is_remote(path) or _is_remote_delta(spark, path):
        return 1
    found = binary_files(spark, path).agg({LENGTH: "max"}).collect()[0][0]
    return int(found or 1)


def read_texts(
    spark: SparkSession,
    path: str,
    file: File,
    columns: Columns,
    ids: Mapping[str, IdType],
) -> DataFrame:
    """Return the rows of an input: ids in their type, null where they are none, all else as text.

    Each has `row` (JSON of its texts by the names of the file), `file`, `line` and `reason`, which
    is null for a row that has the file's form.

    Args:
        spark: The session.
        path: Where the input is.
        file: Its form.
        columns: The wanted columns.
        ids: The types of those that are ids.
    """

    def convert(found: Iterator[tuple[str, Rows]]) -> Iterator[pa.RecordBatch]:
        for name, rows in found:
            if rows.table.num_rows:
                yield _good(name, rows, columns, ids)
            if rows.rejected:
                yield rejected_batch(name, rows.rejected, schema)

    fields = [id_field(key, ids.get(key, "string")) for key in columns]
    schema = StructType([*fields, *REJECTED.fields])
    return read_frame(spark, Input(path, file, columns), convert, schema)


def require_rows(rows: int, path: str) -> None:
    """Raise QualityError if an input has no rows."""
    if not rows:
        raise no_rows(path)


def id_field(name: str, id_type: IdType) -> StructField:
    """Return the field of a column of ids."""
    return StructField(name, LongType() if id_type == "bigint" else StringType())


def rejected_batch(name: str, rejected: Iterable[Rejected], schema: StructType) -> pa.RecordBatch:
    """Return rows without form as a batch of the schema, whose other columns are null."""
    lines, reasons, texts = zip(*rejected, strict=True)
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    return batch_of(schema, reason=reasons, row=rows, file=[name] * len(rows), line=lines)


def batch_of(schema: StructType, **columns: Any) -> pa.RecordBatch:
    """Return a batch of the schema with these columns; the others are null."""
    from pyspark.sql.pandas.types import to_arrow_schema

    arrow = to_arrow_schema(schema)
    size = max(len(values) for values in columns.values())
    arrays = [
        pa.nulls(size, field.type)
        if field.name not in columns
        else _typed(columns[field.name], field.type)
        for field in arrow
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow)


def rows_as_json(table: pa.Table, columns: Columns, at: Longs) -> list[str]:
    """Return some rows as JSON by the names that the file has for the columns, without empties."""
    chosen = table.take(pa.array(at))
    texts = {str(columns[key]): texts_of(chosen.column(key)).to_pylist() for key in columns}
    return [
        json.dumps(
            {name: values[row] for name, values in texts.items() if values[row]}, ensure_ascii=False
        )
        for row in range(len(at))
    ]


def _good(name: str, rows: Rows, columns: Columns, ids: Mapping[str, IdType]) -> pa.RecordBatch:
    table = rows.table
    values = {
        key: ids_of(table.column(key), ids[key], f"column {columns[key]} of {name}")
        if key in ids
        else texts_of(table.column(key))
        for key in columns
    }
    everything = np.arange(table.num_rows)
    fields = [id_field(key, ids.get(key, "string")) for key in columns]
    return batch_of(
        StructType([*fields, *REJECTED.fields]),
        **values,
        row=rows_as_json(table, columns, everything),
        file=[name] * table.num_rows,
        line=rows.lines(),
    )


def _typed(values: object, kind: pa.DataType) -> pa.Array:
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, kind)


def _no_lines(rows: int) -> Longs:
    return np.zeros(rows, np.int64)


def _is_remote_delta(spark: SparkSession, path: str) -> bool:
    if not is_remote(path):
        return False
    from delta.tables import DeltaTable

    return bool(DeltaTable.isDeltaTable(spark, path))


def _read_table(
    spark: SparkSession, wanted: Input, convert: Convert, schema: StructType
) -> DataFrame:
    """A Delta table has no lines; its rows are read by Spark."""
    path, columns = wanted.path, wanted.columns
    frame = spark.read.format("delta").load(path)
    positions(path, frame.columns, columns)

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        def rows() -> Iterator[tuple[str, Rows]]:
            for batch in batches:
                table = pa.table({key: batch.column(key) for key in columns})
                yield path, Rows(table, partial(_no_lines, batch.num_rows))

        return convert(rows())

    chosen = [F.col(in_backticks(str(name))).alias(key) for key, name in columns.items()]
    return frame.select(*chosen).mapInArrow(read, schema)
