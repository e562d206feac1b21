"""Counts how many of the rows that a job writes break the checks of their tables.

Spark counts in the pass that writes. It counts the rows of a task that was lost and run again
twice if a shuffle comes between the count and the write, as in a merge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from queue import Empty, Queue
from threading import Thread
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from colike.errors import QualityError
from colike.tables.contracts import Check, TableContract

EXAMPLES, EXAMPLE_LENGTH = 3, 200
#: The number of all rows, beside those that break each check by its name.
ALL = "*"
KEY = "key"
#: Spark tells its counts soon after a write, and never if its queue of events was full.
WAIT_SECONDS = 60.0


class CheckCount(NamedTuple):
    """How many of the rows for a table break a check of its contract: a value of runs.checks."""

    table_name: str
    check_name: str
    severity: str
    rows: int
    failed: int

    @property
    def stops(self) -> bool:
        """Whether these rows must not be written."""
        return self.severity == "fail" and self.failed > 0

    @property
    def warns(self) -> bool:
        """Whether these rows are odd."""
        return self.severity == "warn" and self.failed > 0

    def plus(self, other: "CheckCount") -> "CheckCount":
        """Return the count of this and of other rows."""
        return self._replace(rows=self.rows + other.rows, failed=self.failed + other.failed)


@dataclass(frozen=True)
class Watched:
    """Rows of a table that are counted when they are first read to their end.

    `given` are the same rows, not counted.
    """

    contract: TableContract
    given: DataFrame
    rows: DataFrame
    observation: Observation | None

    @staticmethod
    def of(contract: TableContract, rows: DataFrame) -> "Watched":
        """Return rows that are counted; those of a table without checks stay as they are."""
        if not contract.checks:
            return Watched(contract, rows, rows, None)
        observation = Observation()
        watched = rows.observe(observation, *_counters(contract))
        return Watched(contract, rows, watched, observation)

    def counts(self) -> list[CheckCount]:
        """Return a count per check, once the rows were read.

        They are counted in a pass of their own if Spark does not tell, as of rows that it left out
        of its plan when it found that nothing came of them.
        """
        if self.observation is None:
            return []
        found = _told(self.observation)
        return _counts(self.contract, found) if found else counted(self.contract, self.given)


def counted(contract: TableContract, rows: DataFrame) -> list[CheckCount]:
    """Return a count per check, in a pass of its own."""
    return _counts(contract, rows.agg(*_counters(contract)).collect()[0].asDict())


def refusal(
    contract: TableContract, rows: DataFrame, counts: Iterable[CheckCount], said: str = ""
) -> QualityError:
    """Return the error for rows that must not be written.

    Args:
        contract: The table's contract.
        rows: The rows, of which the error has the keys of a few.
        counts: How many break each check.
        said: What Delta says of the first of them, which may break no check but have a null where
            none may be.
    """
    broken = {one.check_name: one for one in counts if one.stops}
    what = ", ".join(
        f"check {name} fails for {one.failed:,} of {one.rows:,} rows"
        for name, one in broken.items()
    )
    keys = _keys(
        rows, contract.primary_key, [each for each in contract.checks if each.name in broken]
    )
    such = f", such as {', '.join(keys)}" if keys else ""
    return QualityError(
        f"Rows for table {contract.table} break its contract, conf/tables/{contract.table}.yml: "
        f"{f'{what}{such}.' if broken else said} The table keeps its last version."
    )


def warning(count: CheckCount) -> str:
    """Return the sentence on rows that were written although they break a check."""
    return (
        f"warning: {count.failed:,} of {count.rows:,} rows for table {count.table_name} "
        f"({100 * count.failed / count.rows:.3g} %) break check {count.check_name}, whose severity "
        "is warn: they were written"
    )


def _counters(contract: TableContract) -> list[Column]:
    broken = [F.count(F.when(each.broken, 1)).alias(each.name) for each in contract.checks]
    return [F.count(F.lit(1)).alias(ALL), *broken]


def _counts(contract: TableContract, found: Mapping[str, int]) -> list[CheckCount]:
    return [
        CheckCount(contract.table, each.name, each.severity, found[ALL], found[each.name])
        for each in contract.checks
    ]


def _told(observation: Observation) -> Mapping[str, int]:
    """Return what Spark counted, nothing if it does not tell: Observation itself waits for good."""
    told = Queue[Mapping[str, int]]()
    Thread(target=lambda: told.put(observation.get), daemon=True).start()
    try:
        return told.get(timeout=WAIT_SECONDS)
    except Empty:
        return {}


def _keys(rows: DataFrame, key: Sequence[str], checks: Sequence[Check]) -> Sequence[str]:
    """Return the keys of a few rows that break one of the checks, as JSON."""
    if not checks or not key:
        return ()
    broken = rows.where(reduce(or_, (each.broken for each in checks)))
    keys = broken.select(F.to_json(F.struct(*key), {"ignoreNullFields": "false"}).alias(KEY))
    return [row[KEY][:EXAMPLE_LENGTH] for row in keys.orderBy(KEY).limit(EXAMPLES).collect()]
