"""Memory of the readers of training pairs after the first and the last of many epochs."""

import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.processes import watched
from benchmarks.results import Row, machine
from benchmarks.snapshots import pairs_of, write_snapshot
from colike.snapshot.settings import TrainSettings, WorkerConfig

NAME = "readers"
READERS = ("petastorm", "arrow")
ITEMS, PAIRS, EPOCHS = 20_000, 1_000_000, 20
LIMIT_SECONDS = 1800


def measure(folder: Path) -> Iterator[Row]:
    """Read the same snapshot with each reader, in its own process."""
    snapshot = (folder / "scratch" / "readers").absolute()
    config = WorkerConfig(TrainSettings(), "none", ITEMS)
    write_snapshot(snapshot, ["a text"] * ITEMS, pairs_of(ITEMS, PAIRS), config)
    case = f"{PAIRS:,} pairs, {EPOCHS} epochs"
    versions = {name: version(name) for name in ("petastorm", "pyarrow")}
    for name in READERS:
        load = machine()
        command = [sys.executable, "-m", "benchmarks.systems.colike_reader"]
        command += [str(snapshot), name, str(EPOCHS)]
        outcome = watched(command, LIMIT_SECONDS, dict(os.environ))
        said, peak = outcome.said, outcome.peak_rss_bytes
        for metric, value, unit in (
            ("memory_after_first_epoch", said.get("first"), "bytes"),
            ("memory_after_last_epoch", said.get("last"), "bytes"),
            ("peak_rss_bytes", None if outcome.error else peak, "bytes"),
            ("seconds", said.get("seconds"), "s"),
        ):
            yield Row(NAME, case, name, metric, value, unit, 1, load, versions, outcome.error)
