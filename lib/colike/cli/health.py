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

MODELS = "models"


def store_findings(where: str) -> Iterator[Finding]:
    """Yield what is found in the store at `where`, every file of which is read."""
    opened, again = open_any(where), f"colike run CONF --data DATA --store {where}"
    found = damages(opened)
    for table, damage in found.items():
        state = "ok" if damage is None else "wrong"
        remedy = "" if damage is None else f"colike repair --store {where}"
        yield Finding(f"table {table}", state, damage or "every file can be read", remedy)
    has_log = RUNS in found and found[RUNS] is None
    if has_log:
        for table in sorted(set(RunLog.read(opened, "").expected()) - set(found)):
            yield Finding(f"table {table}", "wrong", "is gone, although a run wrote it", again)
    yield _config(opened.files, again)
    if MODELS in found and found[MODELS] is None:
        yield from _models(opened, opened.files, again)
    if has_log:
        yield from _paces(opened)


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
