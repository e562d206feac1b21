"""The state of a table: which table it is, and the last of its versions that changed rows."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from colike.errors import StoreError
from colike.spark import setting

CREATED_EMPTY = "CREATE TABLE"
# Delta's operations that may change rows. All others (OPTIMIZE, VACUUM, properties, comments,
# constraints, new columns) leave the rows as they are. A commit without a name may be anything.
CHANGES_ROWS = frozenset(
    {
        "WRITE",
        "MERGE",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "COPY INTO",
        "STREAMING UPDATE",
        "RESTORE",
        "CLONE",
        "CONVERT",
        CREATED_EMPTY,
        "CREATE TABLE AS SELECT",
        "REPLACE TABLE",
        "REPLACE TABLE AS SELECT",
        "CREATE OR REPLACE TABLE",
        "CREATE OR REPLACE TABLE AS SELECT",
        "DROP COLUMNS",
        "RENAME COLUMN",
        "REPLACE COLUMNS",
        "Manual Update",
        None,
    }
)
# What is wrong where the newest commit has not even a name, and where there is none.
_EMPTY = "the newest commit in its log says nothing, as if the file had been cut off"
_NONE = "its log lists no commit"
#: Begins the note of an error that came up while a table was read.
READING = "while reading table"
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
TABLE_ID = "colike.table_id"


@dataclass(frozen=True)
class Pin:
    """A table, by Delta's id, at a version: a folder made again has the old version numbers."""

    table_id: str
    version: int

    def __str__(self) -> str:
        """Return the pin as it stands in stage keys."""
        return f"{self.table_id}@{self.version}"


@dataclass(frozen=True)
class TableState:
    """What Delta's log says of a table: the pin of its last change of rows, and its newest version.

    `replaced_at` is when the oldest visible version but the first was made (seconds since 1970):
    files that it replaced are as old. `by_others` is the newest version by which something other
    than colike may have changed rows. Both are None where there is no such version.
    """

    pin: Pin
    newest: int
    replaced_at: float | None = None
    by_others: int | None = None

    def was_changed_by_others(self, since: Pin | None) -> bool:
        """Return whether something other than colike has changed rows since a pin, or ever."""
        if self.by_others is None:
            return False
        if since is None or since.table_id != self.pin.table_id:
            return True
        return since.version < self.by_others


@dataclass(frozen=True)
class Known:
    """What an earlier run saw of a table: its pin, and the newest version at that time."""

    pin: Pin
    newest: int


def look_up(spark: SparkSession, identifier: str, known: Callable[[], Known | None]) -> TableState:
    """Return the state of a table from its history, in one statement wherever possible.

    Args:
        spark: The session.
        identifier: SQL name of the table.
        known: Returns what an earlier run saw, None where no run did; asked after the look-up.

    Raises:
        StoreError: The log cannot be what a commit has left.
    """
    history = spark.sql(f"DESCRIBE HISTORY {identifier}")
    made_at = F.col("timestamp").cast("double").alias("made_at")
    rows = history.select("version", "operation", "userMetadata", made_at).collect()
    wrong = wrong_with(rows)
    if wrong is not None:
        raise unreadable(identifier, wrong)
    table_id = _id_in(rows) or id_of(spark, identifier)
    newest = int(rows[0]["version"])
    replaced_at = min((row["made_at"] for row in rows if row["version"] > 0), default=None)
    seen = known()
    pin = Pin(table_id, last_change(rows, table_id, seen))
    return TableState(pin, newest, replaced_at, last_by_others(rows, table_id, seen))


def wrong_with(rows: Sequence[Row]) -> str | None:
    """Return what is wrong with a table's history, None where nothing is.

    Delta takes a file without content, which a power cut can leave, for a commit, and the table is
    without the rows of all others.

    Args:
        rows: The newest commits, newest first, with their operations.
    """
    if not rows:
        return _NONE
    return _EMPTY if rows[0]["operation"] is None else None


@contextmanager
def noting(table: str) -> Iterator[None]:
    """Add the table's name to an error of Spark: for a damaged log, Delta names no file."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        error.add_note(f"{READING} {table}")
        raise


def unreadable(table: str, cause: str) -> StoreError:
    """Return the error for a table that cannot be read, with how it is mended."""
    return StoreError(
        f"Table {table} cannot be read: {cause}. If `colike doctor --store STORE` calls it "
        "damaged, `colike repair --store STORE` sets it aside, and the next run makes it again."
    )


def last_change(rows: Sequence[Row], table_id: str, known: Known | None) -> int:
    """Return the version of the last change of rows.

    Delta removes log entries after some weeks. Where no visible entry changed rows, the version
    that an earlier run saw stands, provided that the log reaches back to what that run saw; else
    the oldest visible version does.

    Args:
        rows: The table's history, newest version first: version and operation.
        table_id: Delta's id of the table.
        known: What an earlier run saw, None where no run did.
    """
    versions = [int(row["version"]) for row in rows if row["operation"] in CHANGES_ROWS]
    if versions:
        return max(versions)
    oldest = int(rows[-1]["version"])
    if known is not None and _reaches_back(oldest, table_id, known):
        return known.pin.version
    return oldest


def last_by_others(rows: Sequence[Row], table_id: str, known: Known | None) -> int | None:
    """Return the newest version that may have changed rows and that colike has not signed.

    Of versions that no run saw and that the log does not show any more, nobody knows; then it is
    the oldest visible one.

    Args:
        rows: The table's history, newest version first: version, operation and userMetadata.
        table_id: Delta's id of the table.
        known: What an earlier run saw, None where no run did.
    """
    changes = (row for row in rows if row["operation"] in CHANGES_ROWS - {CREATED_EMPTY})
    unsigned = (row for row in changes if TABLE_ID not in _parsed(row["userMetadata"]))
    oldest = int(rows[-1]["version"])
    is_whole = oldest == 0 or (known is not None and _reaches_back(oldest, table_id, known))
    return max((int(row["version"]) for row in unsigned), default=None if is_whole else oldest)


def _reaches_back(oldest: int, table_id: str, known: Known) -> bool:
    """Return whether a log that begins with a version has all that a run had not seen yet."""
    return known.pin.table_id == table_id and known.newest >= oldest - 1


def newest_commit(spark: SparkSession, identifier: str) -> list[Row]:
    """Return version, operation and operationMetrics of the newest commit, if there is one."""
    return spark.sql(f"DESCRIBE HISTORY {identifier} LIMIT 1").collect()


def after_commit(spark: SparkSession, identifier: str) -> Row:
    """Return the row of `newest_commit`, of a table that was just committed to.

    Raises:
        StoreError: The log cannot be what a commit has left.
    """
    rows = newest_commit(spark, identifier)
    wrong = wrong_with(rows)
    if wrong is not None:
        raise unreadable(identifier, wrong)
    return rows[0]


def id_of(spark: SparkSession, identifier: str) -> str:
    """Return Delta's own id of a table."""
    detail = spark.sql(f"DESCRIBE DETAIL {identifier}")
    return str(detail.select("id").collect()[0][0])


@contextmanager
def signed(spark: SparkSession, table_id: str) -> Iterator[None]:
    """Sign the commits made inside with the table's id: it tells colike's, and the id, later."""
    with setting(spark, USER_METADATA, json.dumps({TABLE_ID: table_id})):
        yield


def _id_in(rows: Sequence[Row]) -> str | None:
    """The newest signature is the table's: whoever makes the folder again starts a new history."""
    for row in rows:
        signature = _parsed(row["userMetadata"])
        if TABLE_ID in signature:
            return str(signature[TABLE_ID])
    return None


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        parsed = json.loads(text or "{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
