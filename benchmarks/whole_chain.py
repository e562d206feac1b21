"""The nightly chain at full size, from CSV to published views, and the time of each job."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.histories import CONFIG, csv_folder
from benchmarks.measuring import Figures, System, measured, ours
from benchmarks.processes import Outcome
from benchmarks.results import Row

NAME = "chain"
CASE = "100%"


def store_of(folder: Path) -> Path:
    """Return where the chain's store is, which it makes again each time."""
    return folder / "scratch" / "chain"


def _command(case: str, folder: Path) -> list[str]:
    program = [sys.executable, "-m", "benchmarks.systems.colike_chain"]
    return [*program, CONFIG, str(csv_folder(folder)), str(store_of(folder))]


def _figures(outcomes: list[Outcome]) -> Figures:
    said = outcomes[0].said
    jobs: Figures = {f"{job} seconds": (value, "s") for job, value in said["jobs"].items()}
    rows = float(said["rows"])
    return {"seconds": (said["seconds"], "s"), **jobs, "published rows": (rows, "rows")}


def measure(folder: Path, seconds: float) -> Iterator[Row]:
    """Run the chain once in a new store; yields its seconds, also by job, and its peak memory.

    Args:
        folder: Folder of generated data.
        seconds: Time limit.
    """
    system = System(_command, ours("colike", "pyspark", "delta-spark", "numba"))
    return measured(NAME, CASE, "colike", system, folder, seconds, _figures)
