"""A run at work: what it is called with, its log, and the states of tables as they then are."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from colike.config import Config, config_hash
from colike.run.code import code_version
from colike.run.ids import checked_run_id
from colike.run.inputs import Inputs
from colike.run.log import RUNS, Event, RunLog, Success
from colike.run.reporters import Reporter
from colike.run.stage import Stage
from colike.tables import Store
from colike.tables.ledger import Ledger
from colike.tables.state import Pin


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
            dict(self.ledger.states),
            self.run.data,
            self.run.run_id,
            code,
            last.row_sets if last is not None and trusted else {},
            last.figures if last is not None and trusted else {},
            tuple(self.log.worked.get(stage.name, ())),
            self.log.writers(),
            self.log.not_run(),
            self.log.figures(),
            self.touched(stage),
            self.run.reporter,
        )

    def touched(self, stage: Stage) -> frozenset[str]:
        """Return the tables of a stage whose rows something other than colike has changed.

        Of the tables that it writes or continues, one that it writes counts since its own last
        success, any other one since its last writer's. What a run wrote that was killed before it
        was logged is colike's.
        """
        last = self.log.successes.get(stage.name)
        since = {} if last is None else last.pins_out
        pins = {**self.log.expected(), **dict.fromkeys(stage.writes), **since}
        states = self.ledger.states
        return frozenset(
            table
            for table in (*stage.writes, *stage.continues)
            if table in states and states[table].was_changed_by_others(pins.get(table))
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
