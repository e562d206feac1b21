"""Runs of colike's similarity job on a store; says seconds and pairs as JSON.

The clock runs from user_history to the committed table, the run's own log included.
"""

import shutil
import sys
from pathlib import Path

from benchmarks.systems.timing import say
from colike.chain import new_run_id, open_store, run_jobs
from colike.config import load_config
from colike.reporters import PlainReporter
from colike.stage import Run

WRITTEN = ("item_similarity", "item_colikes")


def main(store_folder: str, *overrides: str) -> None:
    """Run the job with the overrides of the config."""
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()

    def run() -> None:
        for table in WRITTEN:
            shutil.rmtree(Path(store_folder) / "tables" / table, ignore_errors=True)
        run_jobs(Run(config, store, new_run_id(), None, PlainReporter()), ["similarity"])

    say(run, lambda: store.read("item_similarity").count())


if __name__ == "__main__":
    main(*sys.argv[1:])
