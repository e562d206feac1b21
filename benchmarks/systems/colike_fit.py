"""Runs colike's neighbours job on a store; prints the seconds of one source's fit, and its rows."""

import json
import shutil
import sys
from pathlib import Path

from pyspark.sql import functions as F

from benchmarks.systems.timing import timed
from colike import columns as C
from colike.config import load_config
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.log import RunLog
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import Run, run_stages

JOB = "neighbours"
WRITES = ("item_neighbours", "rankers", "item_factors")


def main(store_folder: str, source: str, *overrides: str) -> None:
    """Fit all sources, each from what those before it have found, in a new session.

    `seconds` are those of the source alone, counts included; `job_seconds` are of the whole job.
    """
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()
    for table in WRITES:
        shutil.rmtree(Path(store_folder) / "tables" / table, ignore_errors=True)
    run = Run(config, store, new_run_id(), None, PlainReporter(sys.stderr))
    job_seconds = timed(lambda: run_stages(run, stages([JOB])))["seconds"]
    figures = RunLog.read(store, "").successes[JOB].figures
    rows = store.read(WRITES[0]).where(F.col(C.SOURCE) == source).count()
    said = {"seconds": figures[f"{source}.fit_seconds"], "job_seconds": job_seconds}
    print(json.dumps({**said, "rows": rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
