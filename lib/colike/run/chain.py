"""The chain: its jobs in order, and what a whole run or a single job's `main` does."""

import argparse
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module

from colike.config import Config, load_config
from colike.errors import ConfigError
from colike.run.reporters import PlainReporter
from colike.run.stage import Run, Stage, run_stage
from colike.spark import session
from colike.tables import IdTypes, Store, store_lock

JOBS = (
    "ingest",
    "similarity",
    "pairs",
    "train",
    "embed",
    "neighbours",
    "recommend",
    "evaluate",
    "publish",
    "maintain",
)


def stage(name: str) -> Stage:
    """Return the stage of a job."""
    found: Stage = import_module(f"colike.jobs.{name}").STAGE
    return found


def select_jobs(
    first: str | None, only: str | None, without: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the jobs from `first` on, or `only` that one, or all, but for those left out.

    Raises:
        ConfigError: There is no such job.
    """
    for name in (first, only, *without):
        if name is not None and name not in JOBS:
            raise ConfigError(f"There is no job {name!r}; the jobs are {', '.join(JOBS)}.")
    if only is not None:
        return (only,)
    asked = JOBS if first is None else JOBS[JOBS.index(first) :]
    return tuple(name for name in asked if name not in without)


def open_store(config: Config, where: str) -> Store:
    """Return the store at `where` on a Spark session with the config's settings."""
    ids = IdTypes(config.data.user_id_type, config.data.item_id_type)
    return Store.open(session(config.spark, f"colike {config.name}"), where, ids)


def new_run_id() -> str:
    """Return an id that sorts by time: UTC to the second and six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def run_jobs(run: Run, names: Sequence[str]) -> list[str]:
    """Run jobs in order under the store's lock; return those that had work to do."""
    with store_lock(run.store.location):
        return [name for name in names if run_stage(stage(name), run)]


def job_main(own: Stage, argv: Sequence[str] | None) -> None:
    """Run one job from the command line: what every file of jobs/ does as `main`."""
    parser = argparse.ArgumentParser(prog=f"colike-{own.name}")
    parser.add_argument("--config", required=True, help="YAML file of the data set")
    parser.add_argument("--store", required=True, help="folder, URI or catalog.schema")
    parser.add_argument("--data", help="folder or URI of the input files")
    parser.add_argument("--run-id", help="id that the jobs of one run share")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C", dest="overrides")
    arguments = parser.parse_args(argv)
    config = load_config(arguments.config, arguments.overrides)
    store = open_store(config, arguments.store)
    run_id = arguments.run_id or new_run_id()
    run = Run(config, store, run_id, arguments.data, PlainReporter())
    with store_lock(store.location):
        run_stage(own, run)
