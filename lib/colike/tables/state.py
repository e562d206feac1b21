"""The state of a table: which table it is, and the last of its versions that changed rows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from colike.errors import StoreError
from colike.spark import setting

CREATED_EMPTY = "CREATE TABLE"
# Operations that leave the rows as they are, as Delta, Databricks and delta-rs call them. Whatever
# has another name, such as the INSERT or UNKNOWN of other writers, or none may have changed them.
KEEPS_ROWS = frozenset(
    {
        "ADD COLUMN",
        "ADD COLUMNS",
        "ADD CONSTRAINT",
        "ADD FEATURE",
        "CHANGE COLUMN",
        "CHANGE COLUMNS",
        "CLUSTER BY",
        "COMPUTE STATS",
        "DROP CONSTRAINT",
        "DROP FEATURE",
        "Empty Commit",
        "OPTIMIZE",
        "REMOVE COLUMN MAPPING",
        "REORG",
        "REORG TABLE UPGRADE UNIFORM",
        "ROW TRACKING BACKFILL",
        "ROW TRACKING UNBACKFILL",
        "SET TBLPROPERTIES",
        "UNSET TBLPROPERTIES",
        "UPDATE FIELD METADATA",
        "UPDATE SCHEMA",
        "UPDATE TABLE METADATA",
        "UPGRADE PROTOCOL",
        "VACUUM END",
        "VACUUM START",
    }
)
# What is wrong where the newest commit has not even a name, and where there is none.
_EMPTY = "the newest commit in its log says nothing, as if the file had been cut off"
_NONE = "its log lists no commit"
#: Begins the note of an error that came up while a table was read.
READING = "while reading table"
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
TABLE_ID, COMMIT = "colike.table_id", "colike.commit"
COMMIT_LENGTH = 12


@dataclass(frozen=True)
class Pin:
    """A table, by Delta's id, at a version, by the name that colike gave to the commit.

    A folder made again has the old version numbers, and so has an earlier copy of a table that was
    put back and written again. `commit` is None where colike did not name the commit: others made
    it, or an earlier release.
    """

    table_id: str
    version: int
    commit: str | None = None

    @property
    def place(self) -> str:
        """The table and the version, whatever commit it was."""
        return f"{self.table_id}@{self.version}"

    def __str__(self) -> str:
        """Return the pin as it stands in stage keys."""
        return self.place if self.commit is None else f"{self.place}:{self.commit}"


@dataclass(frozen=True)
class TableState:
    """What Delta's log says of a table: the pin of its last change of rows, and its newest version.

    `replaced_at` is when the oldest visible version but the first was made (seconds since 1970):
    files that it replaced are as old. `by_others` is the newest version by which something other
    than colike may have changed rows. Both are None where there is no such version. `commits` are
    the names that colike gave to the visible versions, None for those of others.
    """

    pin: Pin
    newest: int
    replaced_at: float | None = None
    by_others: int | None = None
    commits: Mapping[int, str | None] = field(default_factory=dict)

    def has_been_at(self, pin: Pin) -> bool:
        """Return whether a pin is of this table's past, as far as its log shows."""
        return (
            pin.table_id == self.pin.table_id
            and pin.version <= self.newest
            and self.commits.get(pin.version, pin.commit) == pin.commit
        )

    def was_changed_by_others(self, since: Pin | None) -> bool:
        """Return whether something other than colike has changed rows since a pin, or ever."""
        if self.by_others is None:
            return False
        return since is None or not self.has_been_at(since) or since.version < self.by_others

    def after(self, version: int, commit: str | None) -> "TableState":
        """Return the state after a commit of colike that changed rows."""
        pin = replace(self.pin, version=version, commit=commit)
        return replace(self, pin=pin, newest=version, commits={**self.commits, version: commit})


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
    return TableState(
        last_change(rows, table_id, seen),
        newest,
        replaced_at,
        last_by_others(rows, table_id, seen),
        {int(row["version"]): commit_of(row) for row in rows},
    )


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


def last_change(rows: Sequence[Row], table_id: str, known: Known | None) -> Pin:
    """Return the version of the last change of rows.

    Delta removes log entries after some weeks. Where no visible entry changed rows, the version
    that an earlier run saw stands, provided that the log reaches back to what that run saw, and
    that the log, which may be that of an earlier copy, would show it otherwise; else the oldest
    visible version does.

    Args:
        rows: The table's history, newest version first: version, operation and userMetadata.
        table_id: Delta's id of the table.
        known: What an earlier run saw, None where no run did.
    """
    oldest = int(rows[-1]["version"])
    found = next((row for row in rows if row["operation"] not in KEEPS_ROWS), None)
    if found is None and known is not None and _stands(known, oldest, table_id):
        return known.pin
    found = rows[-1] if found is None else found
    return Pin(table_id, int(found["version"]), commit_of(found))


def last_by_others(rows: Sequence[Row], table_id: str, known: Known | None) -> int | None:
    """Return the newest version that may have changed rows and that colike has not signed.

    Of versions that no run saw and that the log does not show any more, nobody knows; then it is
    the oldest visible one.

    Args:
        rows: The table's history, newest version first: version, operation and userMetadata.
        table_id: Delta's id of the table.
        known: What an earlier run saw, None where no run did.
    """
    changes = (row for row in rows if row["operation"] not in KEEPS_ROWS | {CREATED_EMPTY})
    unsigned = (row for row in changes if TABLE_ID not in _parsed(row["userMetadata"]))
    oldest = int(rows[-1]["version"])
    is_whole = oldest == 0 or (known is not None and _reaches_back(oldest, table_id, known))
    return max((int(row["version"]) for row in unsigned), default=None if is_whole else oldest)


def _stands(known: Known, oldest: int, table_id: str) -> bool:
    """Return whether a log of housekeeping alone can be that of the table which a run saw."""
    return known.pin.version < oldest and _reaches_back(oldest, table_id, known)


def _reaches_back(oldest: int, table_id: str, known: Known) -> bool:
    """Return whether a log that begins with a version has all that a run had not seen yet."""
    return known.pin.table_id == table_id and known.newest >= oldest - 1


def newest_commit(spark: SparkSession, identifier: str) -> list[Row]:
    """Return what Delta's history says of the newest commit, if there is one."""
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
    """Sign what is committed inside: it tells colike's commits, and the table's id, later.

    The name given to the commit tells it from one of the same number, which a copy may have.
    """
    signature = {TABLE_ID: table_id, COMMIT: uuid4().hex[:COMMIT_LENGTH]}
    with setting(spark, USER_METADATA, json.dumps(signature)):
        yield


def commit_of(row: Row) -> str | None:
    """Return the name that colike gave to a commit of a table's history, None where it has none."""
    commit = _parsed(row["userMetadata"]).get(COMMIT)
    return None if commit is None else str(commit)


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
