"""Neighbours of a large catalogue by each index of faiss: seconds, recall and memory."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Figures, System, measured, medians, ours
from benchmarks.processes import Outcome
from benchmarks.results import Row
from benchmarks.vectors import vector_store

NAME = "neighbours"
CASES = {"100,000 items": 100_000, "1 million items": 1_000_000}


def _index(*overrides: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        program = [sys.executable, "-m", "benchmarks.systems.colike_neighbours"]
        return [*program, str(vector_store(CASES[case], folder)), *overrides]

    return System(command, ours("colike", "pyspark", "faiss-cpu"))


SYSTEMS = {
    "ivf": _index("neighbours.exact_up_to=0", "neighbours.index=ivf"),
    "hnsw": _index("neighbours.exact_up_to=0", "neighbours.index=hnsw"),
    "exact": _index("neighbours.exact_up_to=10000000"),
}


def _figures(outcomes: list[Outcome]) -> Figures:
    return {
        **medians(outcomes, ("seconds",), "s"),
        **medians(outcomes, ("recall",), "share"),
        **medians(outcomes, ("effort",), ""),
        **medians(outcomes, ("rows",), "rows"),
    }


def measure(case: str, system: str, folder: Path, seconds: float) -> Iterator[Row]:
    """Measure an index on a case; yields its rows, or one row with its error.

    Args:
        case: One of CASES.
        system: One of SYSTEMS.
        folder: Where generated data is kept.
        seconds: Time limit of a run.
    """
    return measured(NAME, case, system, SYSTEMS[system], folder, seconds, _figures)
