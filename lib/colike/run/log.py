"""The log of runs, table `runs`: read once at the start of a run, then appended to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.secrets import concealed
from colike.tables import Store, contracts
from colike.tables.checks import CheckCount
from colike.tables.ledger import Ledger
from colike.tables.state import Known, Pin
from colike.tables.writer import Writer
from colike.tables.writes import append, prune

RUNS = "runs"
SUCCEEDED, FAILED, NOT_RUN, UNDONE = "succeeded", "failed", "not_run", "undone"
#: The figure that every success has.
SECONDS = "seconds"
#: The lease of a store is logged as if it were a job of this name.
LEASE = "store"


@dataclass(frozen=True)
class Event:
    """One event of a job: started, succeeded, failed, skipped, not_run or undone."""

    job: str
    event: str
    at: datetime
    stage_key: str | None = None
    key_parts: Mapping[str, str] = field(default_factory=dict)
    pins_in: Mapping[str, Pin] = field(default_factory=dict)
    pins_out: Mapping[str, Pin] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    row_sets: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    checks: Sequence[CheckCount] = ()


@dataclass(frozen=True)
class Success:
    """A job's last success, as the log has it."""

    run_id: str
    entry: int
    at: datetime
    stage_key: str
    key_parts: Mapping[str, str]
    pins_in: Mapping[str, Pin]
    pins_out: Mapping[str, Pin]
    row_sets: Mapping[str, str]
    figures: Mapping[str, tuple[float, str]]

    @property
    def seconds(self) -> float | None:
        """How long the job took."""
        return self.figures[SECONDS][0] if SECONDS in self.figures else None


@dataclass
class RunLog:
    """The last success of each job, what runs saw of each table, and where new events go."""

    store: Store
    run_id: str
    successes: dict[str, Success] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    left_out: list[Row] = field(default_factory=list)
    #: Jobs whose last success does not stand any more, by `undo`.
    undone: set[str] = field(default_factory=set)
    #: The runs in which each job did something, oldest first.
    worked: dict[str, list[str]] = field(default_factory=dict)
    entry: int = 0
    #: Whether the table is known to have the columns of its contract.
    is_formed: bool = False

    @staticmethod
    def read(store: Store, run_id: str) -> "RunLog":
        """Return the log as one query of `runs` tells it; empty where there is no such table."""
        log = RunLog(store, run_id)
        runs = store.read(RUNS) if store.exists(RUNS) else None
        # A log of an earlier release, which had no such column, says nothing of this one's keys.
        if runs is not None and C.ENTRY in runs.columns:
            log.is_formed = runs.columns == [column.name for column in contracts()[RUNS].columns]
            filled = contracts()[RUNS].filled(runs, store.ids)
            for row in _newest_by_job(filled).collect():
                log._take(row)
        return log

    def known(self) -> dict[str, Known]:
        """Return what earlier runs saw of each table: its last pin, and its newest version."""
        return {
            table: Known(pin, self.seen.get(table, pin.version))
            for table, (_, pin) in self._last_written().items()
        }

    def expected(self) -> dict[str, Pin]:
        """Return each table's pin as the last success that wrote it left it."""
        return {table: pin for table, (_, pin) in self._last_written().items()}

    def writers(self) -> dict[str, str]:
        """Return the run that last wrote each table."""
        return {table: last.run_id for table, (last, _) in self._last_written().items()}

    def not_run(self) -> dict[str, dict[str, str]]:
        """Return what the last success of each job left out, by job and part, with why."""
        found: dict[str, dict[str, str]] = {job: {} for job in self.successes}
        for row in self.left_out:
            job, _, part = str(row[C.JOB]).partition(".")
            if part and job in found and self.successes[job].run_id == row[C.RUN_ID]:
                found[job][part] = row[C.ERROR] or ""
        return found

    def figures(self) -> dict[str, Mapping[str, tuple[float, str]]]:
        """Return the figures of each job's last success."""
        return {job: success.figures for job, success in self.successes.items()}

    def keep(self, runs: int, ledger: Ledger) -> None:
        """Delete the events of all but the newest runs and those that tell what was last done."""
        table = self.store.read(RUNS)
        by_run = table.groupBy(C.RUN_ID).agg(F.max(C.ENTRY).alias(C.ENTRY))
        newest = by_run.orderBy(F.desc(C.ENTRY)).limit(runs).select(C.RUN_ID).collect()
        told = table.groupBy(C.JOB).agg(
            *(
                F.max_by(C.RUN_ID, F.when(condition, F.col(C.ENTRY)))
                for condition in (*_told_by_event(), F.col(C.SEEN).isNotNull())
            )
        )
        needed = {run for row in told.collect() for run in row[1:] if run is not None}
        kept = sorted({self.run_id, *needed, *(row[0] for row in newest)})
        writer = Writer(ledger, self.run_id, (RUNS,), counts=False)
        writer.apply([prune(RUNS, {C.RUN_ID: kept})])

    def append(self, events: Iterable[Event], ledger: Ledger) -> None:
        """Append events in one commit, in their order."""
        listed = list(events)
        if not listed:
            return
        rows = event_rows(listed, self.entry + 1)
        self.entry += len(rows)
        writer = Writer(ledger, self.run_id, (RUNS,), counts=False)
        writer.apply([append(RUNS, self.store.frame(RUNS, rows))])
        for event, row in zip(listed, rows, strict=True):
            if event.event == NOT_RUN:
                self.left_out.append(Row(**{**row, C.RUN_ID: self.run_id}))
            if event.event == SUCCEEDED:
                self.successes[event.job] = self._success(event, row[C.ENTRY])
                self.undone.discard(event.job)
            if event.event == UNDONE:
                self.undone.add(event.job)

    def undo(self, table: str, ledger: Ledger) -> None:
        """Say that the last successes of the jobs that wrote a table do not stand any more.

        The first of them to run again mends its own rows alone, and the table is from then on as
        its last writer left it.
        """
        jobs = [job for job, last in self.successes.items() if table in last.pins_out]
        told = f"table {table} was not as its last writer left it"
        self.append(
            (Event(job, UNDONE, now(), error=told) for job in jobs if job not in self.undone),
            ledger,
        )

    def _last_written(self) -> dict[str, tuple[Success, Pin]]:
        """In the order of the log, so that the last writer of a table is the one that stays."""
        ordered = sorted(self.successes.values(), key=lambda success: success.entry)
        return {table: (one, pin) for one in ordered for table, pin in one.pins_out.items()}

    def _take(self, row: Row) -> None:
        self.entry = max(self.entry, row["last"] or 0)
        self.worked[row[C.JOB]] = list(dict.fromkeys(one[C.RUN_ID] for one in row["worked"]))
        if row[NOT_RUN] is not None:
            self.left_out.append(row[NOT_RUN])
        found = row[SUCCEEDED]
        if found is not None and found[C.ENTRY] is not None:
            self.successes[row[C.JOB]] = Success(
                found[C.RUN_ID],
                found[C.ENTRY],
                found[C.AT],
                found[C.STAGE_KEY],
                found[C.KEY_PARTS] or {},
                _pins(found[C.PINS_IN], found[C.COMMITS]),
                _pins(found[C.PINS_OUT], found[C.COMMITS]),
                found[C.ROW_SETS] or {},
                _with_units(found[C.FIGURES] or {}, found[C.UNITS] or {}),
            )
            if (row[UNDONE] or 0) > found[C.ENTRY]:
                self.undone.add(row[C.JOB])
        for table, version in (row[C.SEEN] or {}).items():
            self.seen[table] = max(version, self.seen.get(table, 0))

    def _success(self, event: Event, entry: int) -> Success:
        return Success(
            self.run_id,
            entry,
            event.at,
            event.stage_key or "",
            event.key_parts,
            event.pins_in,
            event.pins_out,
            event.row_sets,
            _with_units(event.figures, event.units),
        )


def event_rows(events: Sequence[Event], first: int | None) -> list[dict[str, Any]]:
    """Return events as rows of `runs`, numbered from `first`; a lease has no place in the log."""
    rows = []
    for place, event in enumerate(events):
        pins = {
            name: {table: (pin.table_id, pin.version) for table, pin in of.items()}
            for name, of in ((C.PINS_IN, event.pins_in), (C.PINS_OUT, event.pins_out))
        }
        listed = (*event.pins_in.values(), *event.pins_out.values())
        commits = {pin.place: pin.commit for pin in listed if pin.commit is not None}
        told = None if event.error is None else concealed(event.error)
        number = None if first is None else first + place
        rows.append({**vars(event), **pins, C.COMMITS: commits, C.ERROR: told, C.ENTRY: number})
    return rows


def now() -> datetime:
    """Return the time that events are stamped with; order is the log's own, not the clock's."""
    return datetime.now(UTC)


def _newest_by_job(runs: DataFrame) -> DataFrame:
    names = [column.name for column in contracts()[RUNS].columns]
    succeeded, not_run, undone = _told_by_event()
    did_something = F.when(F.col(C.EVENT).isin(SUCCEEDED, FAILED), F.struct(C.ENTRY, C.RUN_ID))
    return runs.groupBy(C.JOB).agg(
        F.max(C.ENTRY).alias("last"),
        _newest(F.struct(*names), succeeded).alias(SUCCEEDED),
        _newest(F.struct(*names), not_run).alias(NOT_RUN),
        F.max(F.when(undone, F.col(C.ENTRY))).alias(UNDONE),
        _newest(F.col(C.SEEN), F.col(C.SEEN).isNotNull()).alias(C.SEEN),
        F.sort_array(F.collect_list(did_something)).alias("worked"),
    )


def _told_by_event() -> tuple[Column, Column, Column]:
    """Events of which the last one of each job tells something."""
    event = F.col(C.EVENT)
    return event == SUCCEEDED, event == NOT_RUN, event == UNDONE


def _with_units(
    figures: Mapping[str, float], units: Mapping[str, str]
) -> dict[str, tuple[float, str]]:
    return {name: (value, units[name]) for name, value in figures.items()}


def _newest(value: Column, condition: Column) -> Column:
    return F.max_by(value, F.when(condition, F.col(C.ENTRY)))


def _pins(rows: Mapping[str, Row] | None, commits: Mapping[str, str] | None) -> dict[str, Pin]:
    pins = {table: Pin(row["table_id"], row["version"]) for table, row in (rows or {}).items()}
    names = commits or {}
    return {table: replace(pin, commit=names.get(pin.place)) for table, pin in pins.items()}
