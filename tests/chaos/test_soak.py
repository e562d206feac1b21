"""Fifty nights: what is written for each run stays within bounds, and so does a run's time."""

import os
import shutil
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from colike.config import load_config
from colike.run.chain import JOBS
from colike.spark import setting
from colike.tables import Store

from .nights import SEED, SETTINGS, SKIPPED, first_night, next_night
from .sameness import opened

NIGHTS, STEADY = 50, 25
DAY = timedelta(days=1)
DELTA = "spark.databricks.delta"
#: What the tests' session has put off is Delta's own again: without statistics each deletion leaves
#: an empty file. A log is kept for ten nights in place of thirty. When a file was removed is told
#: in the log, which stays as it is: so files stay for a week from when they were written.
SPARK = {
    f"{DELTA}.stats.collect": "true",
    f"{DELTA}.properties.defaults.checkpointInterval": "10",
    f"{DELTA}.properties.defaults.logRetentionDuration": "interval 10 days",
    f"{DELTA}.properties.defaults.deletedFileRetentionDuration": "interval 1 minute",
}
#: Little is fitted, and little stays: what a night adds is what counts here.
KEPT = (
    "recommend.sources=[popularity,jaccard]",
    "evaluate.protocols=[holdout]",
    "publish.gate=off",
    "evaluate.keep_runs=5",
    "maintain.keep_runs=5",
    "publish.keep_runs=3",
    "data.keep_rejected_runs=5",
)
GROWING = ("quarantine", "evaluation", "runs", "published_recommendations", "published_pairs")
#: Share of the mean by which a measure may grow in a night.
SLOPE = 0.02
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


def measured(store: Store, folder: Path) -> dict[str, float]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    sizes = {f"rows of {table}": store.read(table).count() for table in GROWING}
    logs = len([path for path in paths if "_delta_log" in path.parts])
    kept = sum(path.stat().st_size for path in paths)
    return {**sizes, "files of logs": logs, "other files": len(paths) - logs, "bytes": kept}


@pytest.fixture
def folder(spark, tmp_path):
    """A folder for a store, made while Delta works as these settings have it."""
    with ExitStack() as settings:
        for name, value in SPARK.items():
            settings.enter_context(setting(spark, name, value))
        yield tmp_path / "store"


def let_a_day_pass(folder: Path) -> None:
    """Make all files older: log cleanup and vacuum go by when they were written."""
    for path in folder.rglob("*"):
        at = path.stat().st_mtime - DAY.total_seconds()
        os.utime(path, (at, at))


def test_nothing_grows_over_fifty_nights(spark, folder, run_jobs, tmp_path):
    settings = [one for one in SETTINGS if not one.startswith("spark.")]
    config = load_config("conf/mal2020.yml", [*settings, *KEPT])
    store = opened(spark, folder)
    data, random = first_night(tmp_path / "night-0", SEED), Random(SEED)
    jobs = [job for job in JOBS if job not in SKIPPED]
    found = []
    for night in range(NIGHTS):
        start = time.monotonic()
        run_jobs(config, store, jobs, data, f"night-{night}")
        seconds = time.monotonic() - start
        found.append({**measured(store, folder), "seconds": seconds})
        print(night, found[-1], flush=True)
        let_a_day_pass(folder)
        before, data = data, next_night(data, tmp_path / f"night-{night + 1}", random)
        shutil.rmtree(before)
    grown = {}
    for name in found[0]:
        values = np.array([each[name] for each in found[-STEADY:]], float)
        grown[name] = np.polyfit(np.arange(STEADY), values, 1)[0] / values.mean()
    print({name: f"{share:+.3%}" for name, share in grown.items()})
    assert {name: share for name, share in grown.items() if share > SLOPE} == {}
