"""Runs colike's neighbours job once on a store; prints seconds, recall and rows as JSON.

Seconds are from the vectors to the committed table. Recall is measured on the table afterwards.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
from pyspark.sql import functions as F

from benchmarks.neighbour_truth import OTHERS, recall, sample
from benchmarks.systems.timing import timed
from colike import columns as C
from colike.compute.arrays import Floats
from colike.config import load_config
from colike.neighbours.cosine import nearest_others
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.log import RunLog
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.tables import Store

TABLE = "item_neighbours"
EFFORT = "neighbours.probes.base"


def main(file: str, store_folder: str, *overrides: str) -> None:
    """Run the job with the overrides of the config."""
    config = load_config("conf/mal2020.yml", overrides)
    store = open_store(config, store_folder)
    store.spark.range(1).count()
    shutil.rmtree(Path(store_folder) / "tables" / TABLE, ignore_errors=True)
    run = Run(config, store, new_run_id(), None, PlainReporter(sys.stderr))
    said = timed(lambda: run_stages(run, stages(["neighbours"])))
    vectors = np.load(file, mmap_mode="r")
    said["items_per_second"] = len(vectors) / said["seconds"]
    figures = RunLog.read(store, "").successes["neighbours"].figures
    if EFFORT in figures:
        said["effort"], _ = figures[EFFORT]
    for k in (10, config.neighbours.k):
        said[f"recall_{k}"] = _recall(store, vectors, k)
    print(json.dumps({**said, "rows": store.read(TABLE).count()}))


def _recall(store: Store, vectors: Floats, k: int) -> float:
    """Return the recall; the ids of generated items are their places."""
    own = sample(len(vectors), OTHERS)
    listed = store.read(TABLE).where(F.col(C.ITEM_ID).isin(own.tolist()) & (F.col(C.RANK) <= k))
    rows = listed.select(C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID).toPandas()
    found = np.full((len(own), k), -1, np.int64)
    places = np.searchsorted(own, rows[C.ITEM_ID].to_numpy())
    found[places, rows[C.RANK].to_numpy() - 1] = rows[C.NEIGHBOUR_ID].to_numpy()
    return recall(found, nearest_others(vectors, own, k))


if __name__ == "__main__":
    main(*sys.argv[1:])
