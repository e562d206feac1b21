"""Runs colike's similarity job on a store; prints seconds and pairs as JSON.

`seconds` are from user_history to the committed table, `job_seconds` of the whole job, including
its check for finished work and its log.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from colike.jobs.similarity import STAGE

from benchmarks.systems.timing import say, timed
from colike.config import load_config
from colike.run.chain import new_run_id, open_store
from colike.run.reporters import PlainReporter
from colike.run.stage import Job, Run, Stage, run_stage
from colike.tables import store_lock

WRITTEN = ("item_similarity", "item_colikes")


def main(store_folder: str, *overrides: str) -> None:
    """Run the job with the overrides of the config."""
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()

    def run() -> dict[str, float]:
        for table in WRITTEN:
            shutil.rmtree(Path(store_folder) / "tables" / table, ignore_errors=True)
        span: dict[str, float] = {}

        def execute(job: Job) -> None:
            span.update(timed(lambda: STAGE.execute(job)))

        watched = replace(STAGE, execute=execute)
        whole = Run(config, store, new_run_id(), None, PlainReporter())
        job_seconds = timed(lambda: _run(watched, whole))["seconds"]
        return {**span, "job_seconds": job_seconds}

    say(run, lambda: store.read("item_similarity").count())


def _run(stage: Stage, whole: Run) -> None:
    with store_lock(whole.store.location):
        run_stage(stage, whole)


if __name__ == "__main__":
    main(*sys.argv[1:])
