"""Delta tables as inputs, at the version that the config asks for."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike.compute.arrays import Longs
from colike.config.form import AsOf, File
from colike.data.reading.files import DELTA_LOG, is_remote, local_path
from colike.data.reading.rows import Columns, Rows, positions
from colike.errors import ConfigError
from colike.tables.location import in_backticks

if TYPE_CHECKING:
    from delta.tables import DeltaTable

#: Makes rows, with the name of their input, of the batches of a task.
Unpack = Callable[[Iterable[pa.RecordBatch]], Iterator[tuple[str, Rows]]]


def is_table(spark: SparkSession, path: str, file: File) -> bool:
    """Return whether an input is a Delta table: by its format, or by its log.

    Raises:
        ConfigError: A version is asked for of something else.
    """
    if file.format == "delta":
        return True
    found = file.format == "auto" and (
        _is_remote_table(spark, path)
        if is_remote(path)
        else Path(local_path(path), DELTA_LOG).is_dir()
    )
    if not found and file.as_of is not None:
        raise ConfigError(
            f"{path} is no Delta table, so it has no versions and as_of cannot choose one; give "
            "the earlier files themselves, or leave as_of out."
        )
    return found


def table_rows(
    spark: SparkSession, path: str, columns: Columns, as_of: AsOf | None
) -> tuple[DataFrame, Unpack]:
    """Return the wanted columns of a table under their keys, and what makes rows of its batches.

    Args:
        spark: The session.
        path: Where the table is.
        columns: The wanted columns.
        as_of: A version of the table or a time; None for the newest version.

    Raises:
        ConfigError: There was no such version.
        SchemaError: The table lacks a column.
    """
    reader = spark.read.format("delta")
    if as_of is not None:
        reader = reader.option("versionAsOf", version_of(spark, path, as_of))
    frame = reader.load(path)
    positions(path, frame.columns, columns)
    chosen = [F.col(in_backticks(str(name))).alias(key) for key, name in columns.items()]
    return frame.select(*chosen), partial(_unpacked, path, columns)


def version_of(spark: SparkSession, path: str, as_of: AsOf) -> int:
    """Return the version of a table that a number or a time names: the newest one until then.

    Raises:
        ConfigError: The log has no such version (any more).
    """
    found = _table(spark, path).history().select("version", "timestamp")
    wanted = (
        F.col("version") == as_of
        if isinstance(as_of, int)
        else F.col("timestamp") <= F.lit(as_of.astimezone(UTC))
    )
    version = found.where(wanted).agg(F.max("version")).collect()[0][0]
    if version is not None:
        return int(version)
    # Seconds since 1970 have no time zone to mistake.
    seconds = F.col("timestamp").cast("double")
    oldest, first, newest = found.agg(F.min("version"), F.min(seconds), F.max("version")).collect()[
        0
    ]
    at = datetime.fromtimestamp(first, UTC).isoformat(timespec="seconds")
    raise ConfigError(
        f"{path} has no version as of {as_of}; its log has the versions {oldest} to {newest}, the "
        f"first of {at}. Choose one of these, or a later time."
    )


def _unpacked(
    path: str, columns: Columns, batches: Iterable[pa.RecordBatch]
) -> Iterator[tuple[str, Rows]]:
    """A table has no lines."""
    for batch in batches:
        table = pa.table({key: batch.column(key) for key in columns})
        yield path, Rows(table, partial(_no_lines, batch.num_rows))


def _no_lines(rows: int) -> Longs:
    return np.zeros(rows, np.int64)


def _is_remote_table(spark: SparkSession, path: str) -> bool:
    from delta.tables import DeltaTable

    return bool(DeltaTable.isDeltaTable(spark, path))


def _table(spark: SparkSession, path: str) -> "DeltaTable":
    from delta.tables import DeltaTable

    return DeltaTable.forPath(spark, path)
