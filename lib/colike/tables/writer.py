"""Writes the tables of one job: every row conforms to its contract and carries the run."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from pyspark.sql import Column, DataFrame, DataFrameWriterV2
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import QualityError, StoreError
from colike.spark import setting
from colike.tables.checks import CheckCount, Watched, counted, refusal, warning
from colike.tables.contracts import contracts
from colike.tables.difference import row_difference
from colike.tables.ledger import Ledger
from colike.tables.maintenance import optimize, vacuum
from colike.tables.rowwise import condition, delete_all_but, merge_rows
from colike.tables.state import Pin, after_commit, signed
from colike.tables.store import Store
from colike.tables.writes import Where, Write

BROKEN_CHECK = re.compile(r"(?:CHECK|NOT NULL) constraint .*", re.IGNORECASE)
# Delta's metrics that add up to the rows of a commit: of a merge, a write, or a deletion. A write
# that replaces rows counts those as deleted too, which are no rows of the job.
MERGED = ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted")
METRICS = (MERGED, ("numOutputRows",), ("numDeletedRows",))

ADAPTIVE = "spark.sql.adaptive.enabled"
UNMET = (
    "table {} has rows of an earlier release that break its checks ({}), so Delta does not enforce "
    "these yet; colike does, which takes a pass over the rows before each write"
)


@dataclass
class Writer:
    """Carries out the writes of one job; keeps the pins and row counts of what it wrote.

    `checks` has how many of the rows broke each check of their tables, those of rows that were
    refused included. With `counts` off it does not look its commits up: the log is neither pinned
    nor counted. Tables that something other than colike has `touched` are written whole, not
    merged.
    """

    ledger: Ledger
    run_id: str
    tables: Sequence[str]
    pins: dict[str, Pin] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    checks: dict[tuple[str, str], CheckCount] = field(default_factory=dict)
    counts: bool = True
    touched: Collection[str] = ()

    @property
    def store(self) -> Store:
        """The store that is written to."""
        return self.ledger.store

    def apply(self, writes: Iterable[Write]) -> None:
        """Carry out writes in their order.

        Raises:
            StoreError: The job does not declare the table.
            SchemaError: The rows' columns are not the contract's.
            QualityError: A row breaks a check of the contract; the table keeps its last version.
        """
        for write in writes:
            if write.table not in self.tables and write.how not in ("optimize", "vacuum"):
                declared = ", ".join(self.tables) or "none"
                raise StoreError(
                    f"This job declares the tables it writes ({declared}), and {write.table} is "
                    "not among them; add it to `writes` of the job's Stage."
                )
            getattr(self, f"_{write.how}")(write)

    def notes(self) -> list[str]:
        """Return what the user should know of the checks of what was written, in sentences."""
        unmet = self.ledger.unmet
        return [
            *(warning(one) for one in self.checks.values() if one.warns),
            *(
                UNMET.format(table, ", ".join(unmet[table]))
                for table in self.rows
                if table in unmet
            ),
        ]

    def _overwrite(self, write: Write) -> None:
        self._put(write, lambda rows: rows.overwrite(F.lit(True)))

    def _append(self, write: Write) -> None:
        self._put(write, lambda rows: rows.append())

    def _replace(self, write: Write) -> None:
        self._put(write, lambda rows: rows.overwrite(has(write.where)))

    def _put(self, write: Write, put: Callable[[DataFrameWriterV2], object]) -> None:
        rows, name = self._prepared(write), self._name(write)
        watched = Watched.of(contracts()[write.table], rows)
        self._commit(write.table, lambda: put(watched.rows.writeTo(name)), rows)
        self._note_counts(write.table, watched.counts())

    def _merge(self, write: Write) -> None:
        """Make the table equal to the rows, all of which are counted, changed or not.

        Rows are compared by their key, so that one which others have put there twice would stay.
        """
        if write.table not in self.ledger.states or write.table in self.touched:
            self._overwrite(write)
            return
        rows = self._prepared(write)
        watched = Watched.of(contracts()[write.table], rows)
        current = self.store.read(write.table)
        difference = row_difference(current, watched.rows, write.table).cache()
        try:
            # Counted to the end: a look at the first rows would not see all of `rows`. Of a cache
            # without rows an adaptive plan would leave out what it was made from, counts included.
            with setting(self.store.spark, ADAPTIVE, "false"):
                changes = difference.count()
            if changes:
                changed = partial(merge_rows, self.store, write.table, difference)
                self._commit(write.table, changed, rows)
            else:
                self._keep(write)
        finally:
            difference.unpersist()
        self._note_counts(write.table, watched.counts())

    def _keep(self, write: Write) -> None:
        """Note that the table is as it should be; it is created if it does not exist."""
        self.ledger.prepare(write.table)
        self.pins[write.table] = self.ledger.states[write.table].pin
        self.rows.setdefault(write.table, 0)

    def _trim(self, write: Write) -> None:
        if write.table not in self.ledger.states:
            return
        if self._has_others(write):
            self._commit(write.table, lambda: delete_all_but(self.store, write.table, write.where))
        else:
            self._keep(write)

    def _prune(self, write: Write) -> None:
        if self._has_others(write):
            others_go = partial(delete_all_but, self.store, write.table, write.where)
            self._keep_house(write.table, others_go)

    def _has_others(self, write: Write) -> bool:
        return not self.store.read(write.table).where(~has(write.where)).isEmpty()

    def _optimize(self, write: Write) -> None:
        if write.table in self.ledger.states:
            self._keep_house(write.table, lambda: optimize(self.store, write.table))

    def _vacuum(self, write: Write) -> None:
        """Files are listed only if any can be old enough: listing takes longer than removing."""
        state = self.ledger.states.get(write.table)
        replaced_at = None if state is None else state.replaced_at
        if replaced_at is not None and replaced_at < time.time() - write.hours * 3600:
            self._keep_house(write.table, lambda: vacuum(self.store, write.table, write.hours))

    def _prepared(self, write: Write) -> DataFrame:
        self.ledger.prepare(write.table)
        contract = contracts()[write.table]
        with_run = write.rows.withColumn(C.RUN_ID, F.lit(self.run_id))
        rows = contract.conform(with_run, self.store.ids)
        if write.table in self.ledger.unmet:
            self._require(write.table, rows)
        return rows

    def _require(self, table: str, rows: DataFrame) -> None:
        """Refuse rows that Delta would not: the table's old rows keep its constraints off."""
        counts = counted(contracts()[table], rows)
        if any(one.stops for one in counts):
            raise self._refused(table, rows, counts)

    def _name(self, write: Write) -> str:
        return self.store.location.identifier(write.table)

    def _commit(
        self, table: str, commit: Callable[[], object], rows: DataFrame | None = None
    ) -> None:
        state = self.ledger.states[table]
        try:
            with signed(self.store.spark, state.pin.table_id):
                commit()
        except Exception as error:
            broken = BROKEN_CHECK.search(str(error))
            if broken is None or rows is None:
                raise
            # Delta stops at the first such row, so they are counted in a pass of their own.
            counts = counted(contracts()[table], rows)
            raise self._refused(table, rows, counts, broken[0]) from error
        if self.counts:
            self._count(table)

    def _count(self, table: str) -> None:
        row = after_commit(self.store.spark, self.store.location.identifier(table))
        metrics = row["operationMetrics"]
        self.ledger.committed(table, row)
        self.pins[table] = self.ledger.states[table].pin
        told = next((names for names in METRICS if names[0] in metrics), ())
        written = sum(int(metrics.get(name, 0)) for name in told)
        self.rows[table] = self.rows.get(table, 0) + written

    def _refused(
        self, table: str, rows: DataFrame, counts: Sequence[CheckCount], said: str = ""
    ) -> QualityError:
        self._note_counts(table, counts)
        return refusal(contracts()[table], rows, counts, said)

    def _note_counts(self, table: str, counts: Sequence[CheckCount]) -> None:
        for one in counts:
            before = self.checks.get((table, one.check_name))
            self.checks[table, one.check_name] = one if before is None else before.plus(one)

    def _keep_house(self, table: str, work: Callable[[], object]) -> None:
        state = self.ledger.states[table]
        with signed(self.store.spark, state.pin.table_id):
            work()


def has(where: Where) -> Column:
    """Return the condition that a row has one of these values in each column."""
    return F.expr(condition(where))
