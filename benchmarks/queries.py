"""The analysts' questions of conf/samples on a full-size store, in Spark and in DuckDB."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import whole_chain
from benchmarks.measuring import Figures, System, measured, ours
from benchmarks.processes import Outcome
from benchmarks.results import Row

NAME = "queries"
CASE = whole_chain.CASE


def _system(name: str, *packages: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        store = whole_chain.store_of(folder).absolute()
        return [sys.executable, "-m", f"benchmarks.systems.{name}_queries", str(store)]

    return System(command, ours("colike", *packages))


SYSTEMS = {
    "spark": _system("spark", "pyspark", "delta-spark"),
    "duckdb": _system("duckdb", "duckdb"),
}


def _figures(outcomes: list[Outcome]) -> Figures:
    said = outcomes[0].said
    queries: Figures = {name: (value, "s") for name, value in said["queries"].items()}
    return {"seconds": (said["seconds"], "s"), **queries}


def measure(folder: Path, seconds: float) -> Iterator[Row]:
    """Ask every question of the chain's store three times; yields medians in seconds.

    `seconds` is that of all questions, each once.

    Args:
        folder: Folder of generated data, with the store that benchmark chain has made.
        seconds: Time limit of a system.
    """
    for name, system in SYSTEMS.items():
        yield from measured(NAME, CASE, name, system, folder, seconds, _figures)
