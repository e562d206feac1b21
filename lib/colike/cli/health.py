"""What `colike doctor` finds in a store: damaged tables and files, and jobs that became slow."""

from collections.abc import Iterator
from pathlib import Path

from colike import columns as C
from colike.cli.finding import Finding
from colike.config.saved import CONFIG_FILE
from colike.embedding.models import newest_model
from colike.errors import StoreError
from colike.queries.pace import paces
from colike.queries.store import config_of, open_any
from colike.run.log import RUNS, RunLog
from colike.snapshot.outcome import finished
from colike.tables import Tables
from colike.tables.damage import damages
from colike.tables.files import Files
from colike.tables.ledger import Ledger
from colike.tables.state import Pin, TableState

MODELS = "models"


def store_findings(where: str) -> Iterator[Finding]:
    """Yield what is found in the store at `where`, every file of which is read."""
    opened, again = open_any(where), f"colike run CONF --data DATA --store {where}"
    damage = damages(opened)
    whole = {table for table, wrong in damage.items() if wrong is None}
    log = RunLog.read(opened, "") if RUNS in whole else None
    expected = {} if log is None else log.expected()
    known = {} if log is None else log.known()
    states = Ledger.read(opened, whole & set(expected), known).states
    for table, wrong in damage.items():
        told = _altered(states[table], expected[table]) if table in states else None
        if wrong is not None:
            yield Finding(f"table {table}", "wrong", wrong, f"colike repair --store {where}")
        elif told is not None:
            yield Finding(f"table {table}", "wrong", told, again)
        else:
            yield Finding(f"table {table}", "ok", "every file can be read")
    for table in sorted(set(expected) - set(damage)):
        yield Finding(f"table {table}", "wrong", "is gone, although a run wrote it", again)
    yield _config(opened.files, again)
    if MODELS in whole:
        yield from _models(opened, opened.files, again)
    if log is not None:
        yield from _paces(opened)


def _altered(state: TableState, left: Pin) -> str | None:
    """Return what others did to a table since a run left it; a killed run's rows are no such."""
    if state.pin.table_id == left.table_id and not state.has_been_at(left):
        return "is an earlier copy, as from a backup, of what a run left"
    if state.was_changed_by_others(left):
        return "something other than colike has changed its rows"
    return None


def _config(files: Files, again: str) -> Finding:
    try:
        config_of(files)
    except StoreError as error:
        return Finding(CONFIG_FILE, "wrong", str(error), again)
    return Finding(CONFIG_FILE, "ok", "the settings of the last lists")


def _models(tables: Tables, files: Files, again: str) -> Iterator[Finding]:
    rows = tables.read(MODELS)
    for name in sorted(row[0] for row in rows.select(C.NAME).distinct().collect()):
        model = newest_model(rows, name)
        if model is None:
            continue
        folder = str(Path(model[C.URI]).parent)
        is_whole = files.has(folder) and finished(files.fetch(folder)) is not None
        found = f"{files.root}/{folder}"
        if is_whole:
            yield Finding(f"model {name}", "ok", found)
        else:
            yield Finding(f"model {name}", "wrong", f"{found} is gone or damaged", again)


def _paces(tables: Tables) -> Iterator[Finding]:
    for pace in paces(tables.read(RUNS)):
        found = f"{pace.last:.1f} s; {pace.usual:.1f} s is the median of the runs before"
        state = "slow" if pace.is_slow else "ok"
        remedy = "compare its figures in run_metrics with an earlier run's" if pace.is_slow else ""
        yield Finding(f"job {pace.job}", state, found, remedy)
