"""Runs colike's ingest job on files, into an empty store; prints seconds and ratings as JSON."""

import shutil
import sys
from pathlib import Path

from benchmarks.systems.timing import say, timed
from colike.config import load_config
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.log import RunLog
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import Run, run_stages


def main(data: str, scratch: str) -> None:
    """Ingest the files; `scratch` is emptied first."""
    store = open_store(load_config("conf/mal2020.yml"), scratch)
    store.spark.range(1).count()

    def run() -> dict[str, float]:
        shutil.rmtree(Path(scratch), ignore_errors=True)
        config = load_config("conf/mal2020.yml")
        whole = Run(config, store, new_run_id(), data, PlainReporter(sys.stderr))
        job_seconds = timed(lambda: run_stages(whole, stages(["ingest"])))["seconds"]
        seconds = RunLog.read(store, "").successes["ingest"].seconds or 0.0
        return {"seconds": seconds, "job_seconds": job_seconds}

    say(run, lambda: store.read("ratings").count())


if __name__ == "__main__":
    main(*sys.argv[1:])
