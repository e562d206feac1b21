"""What a run would do, and why: for `colike run --plan`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from colike.run.log import Success
from colike.run.session import Key, Run, Session
from colike.run.stage import Stage
from colike.tables.state import Pin


@dataclass(frozen=True)
class Planned:
    """Whether a job would run, each reason for it, and how long it took last time."""

    job: str
    runs: bool
    why: Sequence[str]
    last_seconds: float | None


def plan(run: Run, stages: Sequence[Stage]) -> list[Planned]:
    """Return what each stage would do; nothing is written, and no lock is taken.

    A stage that reads what an earlier one would write is said to run, although the earlier one
    may find that nothing has changed.
    """
    session = Session.begin(run, stages)
    will_write: dict[str, str] = {}
    planned = []
    for stage in stages:
        inputs = session.inputs(stage)
        why = _reasons(stage, session, session.key(stage, inputs), will_write)
        lost = stage.lost(inputs)
        why += [] if lost is None else [lost]
        last = session.log.successes.get(stage.name)
        planned.append(Planned(stage.name, bool(why), why, None if last is None else last.seconds))
        if why:
            will_write |= dict.fromkeys(stage.writes, stage.name)
    return planned


def _reasons(stage: Stage, session: Session, key: Key, will_write: Mapping[str, str]) -> list[str]:
    last = session.log.successes.get(stage.name)
    if last is None:
        return ["it has not succeeded in this store yet"]
    upstream = [table for table in stage.reads if table in will_write]
    found = [f"job {will_write[table]} would write table {table}" for table in upstream]
    found += _changed_parts(last, key)
    found += [
        _changed_table(table, last.pins_in.get(table), key.pins.get(table))
        for table in stage.reads
        if table not in upstream and last.pins_in.get(table) != key.pins.get(table)
    ]
    altered = session.altered(stage, last)
    found += [f"table {table} is not as its last run left it" for table in altered]
    if not altered and stage.name in session.log.undone:
        found.append("a table that it shares with other jobs was not as they left it")
    if not found and last.stage_key != key.hash:
        found = ["its key is another one"]
    return found


def _changed_parts(last: Success, key: Key) -> list[str]:
    names = {"code": "the code changed", "files": "input files or weights changed"}
    return [
        names.get(name, f"section {name.partition('.')[2]} of the config changed")
        for name in sorted({*last.key_parts, *key.parts})
        if last.key_parts.get(name) != key.parts.get(name)
    ]


def _changed_table(table: str, before: Pin | None, now: Pin | None) -> str:
    if before is None or now is None:
        return f"table {table} is {'new' if before is None else 'gone'}"
    if before.table_id != now.table_id:
        return f"table {table} was removed and made again"
    if before.place == now.place:
        return f"table {table} was put back and changed (version {now.version} is another one)"
    return f"table {table} changed (version {before.version}, now {now.version})"
