"""Runs the chain once, from CSV to published views, in a new store; prints each job's seconds.

There are no text embedders: the sources are popularity and jaccard.
"""

import json
import shutil
import sys

from benchmarks.systems.timing import timed
from colike.config import load_config
from colike.run.chain import select_jobs, stages
from colike.run.ids import new_run_id
from colike.run.log import RunLog
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run

TEXTS = ("pairs", "train", "embed")
OVERRIDES = ("recommend.sources=[popularity,jaccard]", "evaluate.baseline=popularity")


def main(config_file: str, data: str, store_folder: str) -> None:
    """Run the chain on the files of `data`; the store's folder is emptied first."""
    shutil.rmtree(store_folder, ignore_errors=True)
    config = load_config(config_file, OVERRIDES)
    jobs = select_jobs(without=TEXTS)

    def run() -> None:
        run_stages(
            Run(config, open_store(config, store_folder), new_run_id(), data, reporter),
            stages(jobs),
        )

    reporter = PlainReporter()
    whole = timed(run)["seconds"]
    store = open_store(config, store_folder)
    successes = RunLog.read(store, "").successes
    published = store.read("published_recommendations").count()
    said = {"seconds": whole, "jobs": {job: successes[job].seconds for job in jobs}}
    print(json.dumps({**said, "rows": published}))


if __name__ == "__main__":
    main(*sys.argv[1:])
