"""Fifty nights: what is written for each run stays within bounds, and so does a run's time."""

import os
import shutil
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest

from colike.config import load_config
from colike.run.chain import JOBS
from colike.tables import IdTypes, Store

from .nights import SETTINGS, SKIPPED, first_night, next_night

NIGHTS, STEADY = 50, 15
DAY = 86_400
KEPT = (
    "evaluate.keep_runs=5",
    "maintain.keep_runs=5",
    "publish.keep_runs=3",
    "data.keep_rejected_runs=5",
)
GROWING = ("quarantine", "evaluation", "runs", "published_recommendations", "published_pairs")
SEED = int(os.environ.get("CHAOS_SEED", "1"))
#: Share of the mean by which a measure may grow in a night.
SLOPE = 0.02
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


def let_a_day_pass(folder: Path) -> None:
    """All files are a day older."""
    for path in folder.rglob("*"):
        at = path.stat().st_mtime - DAY
        os.utime(path, (at, at))


def measured(store: Store, folder: Path) -> dict[str, float]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    sizes = {f"rows of {table}": store.read(table).count() for table in GROWING}
    logs = len([path for path in paths if "_delta_log" in path.parts])
    kept = sum(path.stat().st_size for path in paths)
    return {**sizes, "files of logs": logs, "other files": len(paths) - logs, "bytes": kept}


def test_nothing_grows_over_fifty_nights(spark, run_jobs, tmp_path):
    settings = [one for one in SETTINGS if not one.startswith("spark.")]
    config = load_config("conf/mal2020.yml", [*settings, *KEPT])
    folder = tmp_path / "store"
    store = Store.open(spark, str(folder), IdTypes("bigint", "bigint"))
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
        spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
        before, data = data, next_night(data, tmp_path / f"night-{night + 1}", random)
        shutil.rmtree(before)
    grown = {}
    for name in found[0]:
        values = np.array([each[name] for each in found[-STEADY:]], float)
        grown[name] = np.polyfit(np.arange(STEADY), values, 1)[0] / values.mean()
    print({name: f"{share:+.3%}" for name, share in grown.items()})
    assert {name: share for name, share in grown.items() if share > SLOPE} == {}
