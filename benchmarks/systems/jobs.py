"""Runs one job of colike on a store: how long its work took, and the whole job."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems.timing import say, timed
from colike.config import load_config
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.log import SECONDS, RunLog
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run


def say_job(
    job: str,
    tables: Sequence[str],
    store_folder: str,
    *overrides: str,
    data: str | None = None,
    figure: str = SECONDS,
) -> None:
    """Run a job whose tables are removed first; print seconds and rows as JSON.

    `seconds` are those of the job's log, from its inputs to its committed tables; `job_seconds`
    are of the whole job, including its check for finished work and its log.

    Args:
        job: The job.
        tables: The tables that it writes, of which the first is counted.
        store_folder: The store.
        overrides: What to change of the config.
        data: The folder of the input files, for the job that reads them.
        figure: The figure of the job's log that `seconds` are.
    """
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()

    def run() -> dict[str, float]:
        for table in tables:
            shutil.rmtree(Path(store_folder) / "tables" / table, ignore_errors=True)
        whole = Run(config, store, new_run_id(), data, PlainReporter(sys.stderr))
        job_seconds = timed(lambda: run_stages(whole, stages([job])))["seconds"]
        seconds, _ = RunLog.read(store, "").successes[job].figures[figure]
        return {"seconds": seconds, "job_seconds": job_seconds}

    say(run, lambda: store.read(tables[0]).count())
