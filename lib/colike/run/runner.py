"""Runs stages: decides what there is to do, hands inputs over, writes, and keeps the log."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from colike.config import Config, config_hash
from colike.config.saved import CONFIG_FILE
from colike.errors import ColikeError, raised_in_a_task
from colike.run.code import code_version
from colike.run.failures import as_logged, in_addition
from colike.run.faults import naming_faults
from colike.run.ids import checked_run_id
from colike.run.inputs import Inputs
from colike.run.lease import hold, locked_folder
from colike.run.log import FAILED, NOT_RUN, RUNS, SECONDS, SUCCEEDED, Event, RunLog, Success, now
from colike.run.outputs import Outputs
from colike.run.reporters import Reporter
from colike.run.stage import Stage
from colike.tables import Store
from colike.tables.damage import naming_damaged_tables
from colike.tables.ledger import Ledger
from colike.tables.location import CatalogLocation
from colike.tables.state import Pin
from colike.tables.views import create_views
from colike.tables.writer import Writer


@dataclass(frozen=True)
class Run:
    """One call of the chain, or of one job of it.

    `config` is None where no setting decides anything, as of a row that a person has written.

    Raises:
        ConfigError: The run id does not follow the pattern of ids.
    """

    config: Config | None
    store: Store
    run_id: str
    data: str | None
    reporter: Reporter

    def __post_init__(self) -> None:
        checked_run_id(self.run_id)


@dataclass(frozen=True)
class Key:
    """What a stage's output depends on: hashes by name, and the pins of the tables read."""

    parts: Mapping[str, str]
    pins: Mapping[str, Pin]

    @property
    def hash(self) -> str:
        """The stage key: sha256 (hex) of parts and pins."""
        return config_hash([self.parts, {table: str(pin) for table, pin in self.pins.items()}])


@dataclass
class Session:
    """A run at work: its log and the states of tables, read once."""

    run: Run
    log: RunLog
    ledger: Ledger
    skipped: list[Event] = field(default_factory=list)

    @staticmethod
    def begin(run: Run, stages: Sequence[Stage]) -> "Session":
        """Read the log, and the state of each table that the stages read or write."""
        tables = {
            table for stage in stages for table in (*stage.reads, *stage.writes, *stage.continues)
        }
        # At once: both mostly wait for Spark, and a run with nothing to do is little else.
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(RunLog.read, run.store, run.run_id)
            ledger = Ledger.read_beside(
                run.store, {*tables, RUNS}, lambda: reading.result().known()
            )
            log = reading.result()
        if log.is_formed:
            ledger.formed.add(RUNS)
        return Session(run, log, ledger)

    def inputs(self, stage: Stage) -> Inputs:
        """Return the inputs of a stage at the versions of now."""
        code = code_version(stage.module)
        last = self.log.successes.get(stage.name)
        is_same_code = last is not None and last.key_parts.get("code") == code
        trusted = last is not None and is_same_code and self.are_as_left(stage, last)
        return Inputs(
            stage.name,
            stage.reads,
            stage.continues,
            self.run.store,
            self.ledger.pins(stage.reads),
            self.ledger.newest(),
            self.run.data,
            self.run.run_id,
            code,
            last.row_sets if last is not None and trusted else {},
            last.figures if last is not None and trusted else {},
            tuple(self.log.worked.get(stage.name, ())),
            self.log.writers(),
            self.log.not_run(),
            self.log.figures(),
            self.run.reporter,
        )

    def key(self, stage: Stage, inputs: Inputs) -> Key:
        """Return the stage's key, with what it is made of."""
        sections = stage.section_hashes(self.run.config)
        parts = {
            "code": inputs.code,
            **{f"settings.{name}": value for name, value in sections.items()},
            "files": stage.fingerprint(inputs, stage.settings(self.run.config)),
        }
        return Key(parts, inputs.pins)

    def are_as_left(self, stage: Stage, last: Success) -> bool:
        """Return whether the tables that a success wrote are exactly as the log says."""
        return stage.name not in self.log.undone and not self.altered(stage, last)

    def undo_altered(self, stages: Sequence[Stage]) -> None:
        """Let all jobs that write a table run again where one of the stages may mend it."""
        for table in self._altered(sorted({table for stage in stages for table in stage.writes})):
            self.log.undo(table, self.ledger)

    def altered(self, stage: Stage, last: Success) -> list[str]:
        """Return those of the tables a success wrote that are not as the log says.

        A table that several jobs write should be as its last writer left it.
        """
        return self._altered(table for table in stage.writes if table in last.pins_out)

    def _altered(self, tables: Iterable[str]) -> list[str]:
        """Return those of the tables that some success wrote, and that are not as it left them."""
        expected = self.log.expected()
        return [
            table
            for table in tables
            if table in expected and self.ledger.pin(table) != expected[table]
        ]

    def is_done(self, stage: Stage, key: Key, inputs: Inputs) -> bool:
        """Return whether the last success had this key, and what it made still stands."""
        last = self.log.successes.get(stage.name)
        if last is None or last.stage_key != key.hash or not self.are_as_left(stage, last):
            return False
        return stage.lost(inputs) is None

    def close(self) -> None:
        """Append the skipped jobs to the log, in one commit."""
        self.log.append(self.skipped, self.ledger)
        self.skipped.clear()


def run_stages(run: Run, stages: Sequence[Stage]) -> list[str]:
    """Run stages in order while holding the store; return the names of those that did work.

    Raises:
        ConfigError: The settings of a stage cannot work; nothing was run.
        StoreError: Another run holds the store.
        MachineError: A disk is full or takes no writes, memory ran out, or a worker was killed.
        ColikeError: A stage failed; the tables it did not finish keep their last versions.
    """
    for stage in stages:
        stage.check(stage.settings(run.config))
    # Of a table that could not be written on a full disk nothing is damaged.
    folder = locked_folder(run.store)
    with naming_damaged_tables(), naming_faults(folder), hold(run.store, run.run_id):
        session = Session.begin(run, stages)
        session.undo_altered(stages)
        try:
            worked = [stage.name for stage in stages if run_stage(stage, session)]
        except Exception as error:
            in_addition(error, "table runs lacks the jobs that were skipped", session.close)
            raise
        session.close()
        return worked


@contextmanager
def work_out(stage: Stage, session: Session) -> Iterator[Outputs]:
    """Give what a stage would write, of which nothing is written."""
    inputs = session.inputs(stage)
    try:
        with inputs:
            yield stage.run(inputs, stage.settings(session.run.config))
    except ColikeError:
        raise
    except Exception as error:
        foreseen = raised_in_a_task(error)
        if foreseen is None:
            raise
        raise foreseen from error


def run_stage(stage: Stage, session: Session) -> bool:
    """Run one stage unless it is done; return whether it did any work."""
    inputs = session.inputs(stage)
    key = session.key(stage, inputs)
    reporter = session.run.reporter
    if session.is_done(stage, key, inputs):
        reporter.skipped(stage.name)
        _keep_config(stage, session)
        session.skipped.append(_event(stage, key, "skipped", session))
        return False
    reporter.started(stage.name)
    started, begun = _event(stage, key, "started", session), time.monotonic()
    writer = Writer(session.ledger, session.run.run_id, stage.writes)
    try:
        outputs = _work(stage, session, inputs, writer)
    except Exception as error:
        error.add_note(f"job {stage.name}")
        failed = replace(
            _event(stage, key, FAILED, session),
            error=as_logged(error),
            checks=tuple(writer.checks.values()),
        )
        in_addition(
            error,
            "table runs could not be told",
            lambda: session.log.append([started, failed], session.ledger),
        )
        foreseen = None if isinstance(error, ColikeError) else raised_in_a_task(error)
        if foreseen is None:
            raise
        raise foreseen from error
    seconds = time.monotonic() - begun
    succeeded = _succeeded(_event(stage, key, SUCCEEDED, session), writer, outputs, seconds)
    pins_out = {**session.ledger.pins(stage.writes), **writer.pins}
    not_run = [
        Event(f"{stage.name}.{part}", NOT_RUN, now(), error=reason)
        for part, reason in outputs.not_run.items()
    ]
    session.log.append([started, *not_run, replace(succeeded, pins_out=pins_out)], session.ledger)
    if outputs.keep_log is not None:
        session.log.keep(outputs.keep_log, session.ledger)
    _keep_config(stage, session)
    reporter.finished(stage.name, writer.rows, seconds)
    return True


def _keep_config(stage: Stage, session: Session) -> None:
    """Keep the config beside the tables; one that was lost or damaged is there again."""
    config, files = session.run.config, session.run.store.files
    if not stage.keeps_config or config is None:
        return
    text = config.as_json()
    if files.read_text(CONFIG_FILE) != text:
        files.write_text(CONFIG_FILE, text)


def _work(stage: Stage, session: Session, inputs: Inputs, writer: Writer) -> Outputs:
    """Run the stage and carry out what it asks for; a failure that it tells of comes last."""
    run = session.run
    with inputs:
        outputs = stage.run(inputs, stage.settings(run.config))
        for note in (*outputs.notes, *_not_run_notes(outputs)):
            run.reporter.note(stage.name, note)
        writer.apply(outputs.writes)
    for note in writer.notes():
        run.reporter.note(stage.name, note)
    for path, text in outputs.files.items():
        written = run.store.files.write_text(path, text)
        run.reporter.note(stage.name, f"{written} written")
    location = run.store.location
    if stage.makes_views and isinstance(location, CatalogLocation):
        create_views(run.store, location)
    if outputs.failure is not None:
        raise outputs.failure
    return outputs


def _not_run_notes(outputs: Outputs) -> Iterable[str]:
    return (f"{part} is not run: {reason}" for part, reason in outputs.not_run.items())


def _event(stage: Stage, key: Key, event: str, session: Session) -> Event:
    seen = session.ledger.newest()
    mine = {table: seen[table] for table in (*stage.reads, *stage.writes) if table in seen}
    return Event(stage.name, event, now(), key.hash, key.parts, key.pins, seen=mine)


def _succeeded(event: Event, writer: Writer, outputs: Outputs, seconds: float) -> Event:
    figures = {**outputs.figures, SECONDS: (seconds, "s")}
    return replace(
        event,
        row_sets=outputs.row_sets,
        rows=writer.rows,
        figures={name: float(value) for name, (value, _) in figures.items()},
        units={name: unit for name, (_, unit) in figures.items()},
        checks=tuple(writer.checks.values()),
    )
