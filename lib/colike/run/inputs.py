"""What a stage may read: its declared tables as they were at its start, and nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import StageError, StoreError
from colike.run.failures import in_addition
from colike.run.outputs import Figure
from colike.run.reporters import Reporter
from colike.tables import IdTypes, Store, contracts
from colike.tables.changes import Changes, changes
from colike.tables.files import Files
from colike.tables.state import Pin, TableState


@dataclass(frozen=True)
class Inputs:
    """The inputs of one run of a stage; the runner makes it and closes it.

    Attributes:
        job: The stage's name.
        reads: Tables that it declares to read.
        continues: Tables whose last rows it starts from, or reads as a cache.
        pins: The declared tables that exist, at the versions of the start of the job.
        states: What the log of each table that exists said at the start of the job. A table is
            read at its newest version, which has the rows of the pinned one: Delta may have
            removed that.
        data: Folder or URI of the input files, None if it was not given.
        run_id: The run.
        code: Hash of the code that the stage can reach.
        row_sets: What the stage's last success wrote in `Outputs.row_sets`, empty where its tables
            have changed since, or its code.
        figures: The figures of that success, empty likewise.
        worked: The runs in which the job has done something, oldest first.
        writers: The run that last wrote each table.
        not_run: Parts of other jobs that their last success left out, by job and part, with why.
        told: Figures of each job's last success.
        touched: Tables that it writes or continues and whose rows something other than colike has
            changed.
    """

    job: str
    reads: tuple[str, ...]
    continues: tuple[str, ...]
    _store: Store
    pins: Mapping[str, Pin]
    states: Mapping[str, TableState]
    data: str | None
    run_id: str
    code: str
    row_sets: Mapping[str, str]
    figures: Mapping[str, Figure]
    worked: tuple[str, ...]
    writers: Mapping[str, str]
    not_run: Mapping[str, Mapping[str, str]]
    told: Mapping[str, Mapping[str, Figure]]
    touched: Collection[str]
    reporter: Reporter
    _closing: ExitStack = field(default_factory=ExitStack)

    @property
    def spark(self) -> SparkSession:
        """The session."""
        return self._store.spark

    @property
    def ids(self) -> IdTypes:
        """The types of user and item ids."""
        return self._store.ids

    @property
    def store_name(self) -> str:
        """The store as the user wrote it."""
        return self._store.location.name

    @property
    def files(self) -> Files:
        """The store's snapshots, models and reports."""
        return self._store.files

    def read(self, table: str) -> DataFrame:
        """Return a declared table as it was at the start of the job.

        Raises:
            StageError: The stage does not declare the table.
            StoreError: The store had no such table when the job began.
        """
        self._require_declared(table, self.reads)
        if table not in self.pins:
            raise StoreError(
                f"Store {self._store.location.name} has no table {table}, which job "
                f"{self.job} reads; run the jobs before it first."
            )
        return self._of_my_ids(table, self._store.read(table, self.states[table].newest))

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a declared table as `read` does, or no rows if there is none."""
        self._require_declared(table, self.reads)
        return self.read(table) if table in self.pins else self._store.empty(table)

    def own(self, table: str) -> DataFrame:
        """Return a table that the stage continues, as it is now, or no rows if there is none."""
        self._require_declared(table, self.continues)
        if table not in self.states:
            return self._store.empty(table)
        rows = self._of_my_ids(table, self._store.read(table, self.states[table].newest))
        return contracts()[table].filled(rows, self.ids)

    def own_untouched(self, table: str) -> DataFrame:
        """Return what `own` does, but no rows where something other than colike has changed some.

        This is what a stage takes for its own work, of which it does not do again what is good.
        """
        rows = self.own(table)
        return self._store.empty(table) if table in self.touched else rows

    def changes(self, table: str, since: Pin) -> Changes | None:
        """Return what changed in a declared table from a pin up to the one of now.

        None where Delta's change feed does not reach back to it, or is that of another copy.
        """
        self._require_declared(table, self.reads)
        if not self.states[table].has_been_at(since):
            return None
        return changes(self._store, table, since.version, self.pins[table].version)

    def last_run_of(self, table: str) -> str | None:
        """Return the run that last wrote a declared table, None if no run did."""
        self._require_declared(table, self.reads)
        return self.writers.get(table)

    def of_this_run(self, keep: int) -> Mapping[str, Sequence[str]]:
        """Return which rows of a table with rows of each run a job replaces by those of this run.

        These are the rows that the run has written before, and those of all runs of the job but the
        newest `keep`.
        """
        earlier = [run for run in self.worked if run != self.run_id]
        expired = earlier[: max(len(earlier) + 1 - keep, 0)]
        return {C.RUN_ID: [self.run_id, *expired]}

    def nothing(self, table: str) -> DataFrame:
        """Return a frame without rows that has a table's columns, but for the run."""
        return self._store.empty(table).drop(C.RUN_ID)

    def frame(self, table: str, rows: Iterable[Mapping[str, object]]) -> DataFrame:
        """Return a few rows made on the driver as a table's columns, but for the run."""
        return self._store.frame(table, rows)

    def time_after(self, table: str, column: str) -> datetime:
        """Return the time of now, or of just after a continued table's newest row.

        So the newest row stays the newest one when a clock is put back.
        """
        newest = self.own(table).agg(F.max(column).cast("double")).collect()[0][0]
        now = datetime.now(UTC)
        if newest is None or now.timestamp() > newest:
            return now
        return datetime.fromtimestamp(newest, UTC) + timedelta(milliseconds=1)

    def during(self, context: AbstractContextManager[None]) -> None:
        """Enter a context that lasts until the job's tables are written."""
        self._closing.enter_context(context)

    def cached(self, frame: DataFrame) -> DataFrame:
        """Return the frame cached until the job's tables are written."""
        kept = frame.cache()
        self._closing.callback(kept.unpersist)
        return kept

    def scratch(self) -> Path:
        """Return a new local folder that lasts until the job's tables are written."""
        return Path(self._closing.enter_context(TemporaryDirectory(prefix="colike-")))

    def progress(self, done: float, total: float, text: str) -> None:
        """Tell the user that `done` of `total` units are done; `text` says of what."""
        self.reporter.progress(self.job, done, total, text)

    def note(self, text: str) -> None:
        """Tell the user something at once, while the job is at work."""
        self.reporter.note(self.job, text)

    def close(self) -> None:
        """Release what was cached, and remove scratch folders."""
        self._closing.close()

    def __enter__(self) -> "Inputs":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; what fails then does not take the place of an error that was there before."""
        if error is None:
            self.close()
        else:
            in_addition(error, "what the job kept could not be released", self.close)

    def _of_my_ids(self, table: str, rows: DataFrame) -> DataFrame:
        """Return the rows of a table; Spark would compare ids of other types with a silent cast."""
        wanted = {C.USER_ID: self.ids.user_id, C.ITEM_ID: self.ids.item_id}
        for name, kind in wanted.items():
            if name in rows.columns and rows.schema[name].dataType.simpleString() != kind:
                has = rows.schema[name].dataType.simpleString()
                raise StoreError(
                    f"Store {self.store_name} has {name} as {has} (table {table}), and the config "
                    f"says data.{name}_type: {kind}; set it to {has}, or give another --store."
                )
        return rows

    def _require_declared(self, table: str, declared: tuple[str, ...]) -> None:
        if table not in declared:
            names = ", ".join(declared) or "none"
            raise StageError(
                f"Stage {self.job} reads table {table}, which it does not declare (it declares "
                f"{names}); add it to its Stage, so that a change of it runs the job again."
            )
