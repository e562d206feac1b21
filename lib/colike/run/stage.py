"""A stage of the chain as one object, and what runs it: key, skip, log, write."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyspark.sql import DataFrame, Row

import colike
from colike.config import Config, config_hash
from colike.errors import ColikeError, raised_in_a_task
from colike.run.log import Event, RunLog
from colike.tables import Reader, Store, Writer


class Reporter(Protocol):
    """Shows the user what a run does."""

    def started(self, job: str) -> None:
        """A job begins."""
        ...

    def progress(self, job: str, done: float, total: float, text: str) -> None:
        """A job has done `done` of `total` units; `text` says of what."""
        ...

    def finished(self, job: str, rows: Mapping[str, int], seconds: float) -> None:
        """A job has written rows, by table."""
        ...

    def skipped(self, job: str) -> None:
        """A job had nothing to do."""
        ...

    def note(self, job: str, text: str) -> None:
        """Something that the user should know."""
        ...


@dataclass
class Job:
    """What a stage works with: pinned inputs, its writer, the config, and where figures go."""

    config: Config
    reader: Reader
    writer: Writer
    log: RunLog
    reporter: Reporter
    data: str | None
    stage: "Stage"
    section_hash: str
    fingerprint: str
    metrics: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The store that the job writes to."""
        return self.writer.store

    def read(self, table: str) -> DataFrame:
        """Return an input table at its pinned version."""
        return self.reader.read(table)

    def read_or_empty(self, table: str) -> DataFrame:
        """Return an input table at its pinned version, or no rows where there was none."""
        return self.reader.read_or_empty(table)

    def before(self) -> Row | None:
        """Return the run of the job's last success, if its rows can be counted on.

        They can where code, config and files were the same, the tables it wrote have not changed
        since, and those it read are still the same tables: so that they differ from what this
        job will write only by what changed between the versions read.
        """
        last = self.log.last_success(self.stage.name)
        if last is None:
            return None
        then = last["versions_in"]
        key = stage_key(self.stage, self.section_hash, then, self.fingerprint)
        if key != last["stage_key"] or self.store.versions(self.stage.writes) != (
            last["versions_out"] or {}
        ):
            return None
        made = [self.store.committed_at(table, version) for table, version in then.items()]
        return last if all(at is not None and at <= last["at"] for at in made) else None

    def measure(self, name: str, value: float, unit: str) -> None:
        """Keep a figure for `run_metrics`."""
        self.metrics[name] = (float(value), unit)

    def note(self, text: str) -> None:
        """Tell the user something."""
        self.reporter.note(self.stage.name, text)


def _no_fingerprint(run: "Run") -> str:
    return ""


@dataclass(frozen=True)
class Stage:
    """Name, tables and config sections of a stage, and the function that does its work.

    `fingerprint` stands for inputs that are not tables: files, installed weights.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    config_sections: tuple[str, ...]
    execute: Callable[[Job], None]
    fingerprint: Callable[["Run"], str] = _no_fingerprint


@dataclass(frozen=True)
class Run:
    """One call of the chain, or of one job of it."""

    config: Config
    store: Store
    run_id: str
    data: str | None
    reporter: Reporter


def run_stage(stage: Stage, run: Run) -> bool:
    """Run a stage unless its last success still stands; return whether it did any work."""
    log = RunLog(run.store, run.run_id)
    pinned = run.store.versions(stage.reads)
    section_hash = config_hash(_sections(stage, run.config))
    fingerprint = stage.fingerprint(run)
    key = stage_key(stage, section_hash, pinned, fingerprint)
    if log.is_done(stage.name, key):
        run.reporter.skipped(stage.name)
        log.write(Event(stage.name, "skipped", key, section_hash, pinned))
        return False
    run.reporter.started(stage.name)
    begun = time.monotonic()
    log.write(Event(stage.name, "started", key, section_hash, pinned))
    writer = Writer(run.store, run.run_id, stage.writes)
    reader = Reader(run.store, pinned)
    job = Job(
        run.config, reader, writer, log, run.reporter, run.data, stage, section_hash, fingerprint
    )
    try:
        stage.execute(job)
    except BaseException as error:
        text = f"{type(error).__name__}: {error}"[:2000]
        log.write(Event(stage.name, "failed", key, section_hash, pinned, error=text))
        foreseen = None if isinstance(error, ColikeError) else raised_in_a_task(error)
        if foreseen is not None:
            raise foreseen from error
        raise
    seconds = time.monotonic() - begun
    job.measure("seconds", seconds, "s")
    log.write_metrics(stage.name, job.metrics)
    log.write(
        Event(stage.name, "succeeded", key, section_hash, pinned, writer.versions, writer.rows)
    )
    run.reporter.finished(stage.name, writer.rows, seconds)
    return True


def stage_key(
    stage: Stage, section_hash: str, versions: Mapping[str, int], fingerprint: str
) -> str:
    """Return the hash of everything that a stage's output depends on (sha256, hex)."""
    return config_hash([colike.__version__, stage.name, section_hash, versions, fingerprint])


def _sections(stage: Stage, config: Config) -> dict[str, Any]:
    dumped = config.model_dump(mode="json")
    return {name: dumped[name] for name in stage.config_sections}
