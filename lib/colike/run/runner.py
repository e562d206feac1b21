"""Runs stages: decides what there is to do, hands inputs over, writes, and keeps the log."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from colike.config.saved import CONFIG_FILE
from colike.errors import ColikeError, raised_in_a_task
from colike.run.failures import as_logged, in_addition
from colike.run.faults import naming_faults
from colike.run.inputs import Inputs
from colike.run.lease import hold, locked_folder
from colike.run.log import FAILED, NOT_RUN, SECONDS, SUCCEEDED, Event, now
from colike.run.outputs import Outputs
from colike.run.session import Key, Run, Session
from colike.run.stage import Stage
from colike.tables.damage import naming_damaged_tables
from colike.tables.location import CatalogLocation
from colike.tables.views import create_views
from colike.tables.writer import Writer

TOUCHED = "rows of table {} were changed by something other than colike"


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
    for table in stage.writes:
        if table in inputs.touched:
            reporter.note(stage.name, TOUCHED.format(table))
    writer = Writer(session.ledger, session.run.run_id, stage.writes, touched=inputs.touched)
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
