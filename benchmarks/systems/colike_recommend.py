"""Runs colike's recommend job on a store; prints seconds and rows as JSON.

`seconds` are from user_history and item_neighbours to the committed table, including reasons;
`job_seconds` are of the whole job, including its check for finished work and its log.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from colike.jobs.recommend import STAGE

from benchmarks.systems.timing import say, timed
from colike.config import load_config
from colike.run.chain import new_run_id, open_store
from colike.run.reporters import PlainReporter
from colike.run.stage import Job, Run, run_stage
from colike.tables import store_lock


def main(store_folder: str, *overrides: str) -> None:
    """Run the job with the overrides of the config."""
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()

    def run() -> dict[str, float]:
        shutil.rmtree(Path(store_folder) / "tables" / "recommendations", ignore_errors=True)
        span: dict[str, float] = {}

        def execute(job: Job) -> None:
            span.update(timed(lambda: STAGE.execute(job)))

        def whole() -> None:
            with store_lock(store.location):
                run_stage(
                    replace(STAGE, execute=execute),
                    Run(config, store, new_run_id(), None, PlainReporter(sys.stderr)),
                )

        job_seconds = timed(whole)["seconds"]
        return {**span, "job_seconds": job_seconds}

    say(run, lambda: store.read("recommendations").count())


if __name__ == "__main__":
    main(*sys.argv[1:])
