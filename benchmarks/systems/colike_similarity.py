"""One run of colike's similarity job on a store; says seconds and pairs as JSON.

The clock runs from user_history to the committed table, after Spark has started.
"""

import json
import shutil
import sys
import time
from pathlib import Path

from colike.chain import new_run_id, open_store, run_jobs
from colike.config import load_config
from colike.reporters import PlainReporter
from colike.stage import Run


def main(store_folder: str, *overrides: str) -> None:
    """Run the job with the overrides of the config."""
    shutil.rmtree(Path(store_folder) / "tables" / "item_similarity", ignore_errors=True)
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()
    start = time.perf_counter()
    run_jobs(Run(config, store, new_run_id(), None, PlainReporter()), ["similarity"])
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "pairs": store.read("item_similarity").count()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
