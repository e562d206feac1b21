"""Neighbours of a large catalogue: colike and faiss's own indexes, in one run."""

import sys
from pathlib import Path

from benchmarks.measuring import Figures, System, measurer, medians, ours
from benchmarks.processes import Outcome
from benchmarks.vectors import vector_file, vector_store

NAME = "neighbours"
CASES = {"100,000 items": 100_000, "1 million items": 1_000_000}


def _colike(*overrides: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        file = vector_file(CASES[case], folder)
        program = [sys.executable, "-m", "benchmarks.systems.colike_neighbours"]
        return [*program, str(file), str(vector_store(CASES[case], folder)), *overrides]

    return System(command, ours("colike", "pyspark", "faiss-cpu"))


def _faiss(kind: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        program = [sys.executable, "-m", "benchmarks.systems.faiss_neighbours"]
        return [*program, str(vector_file(CASES[case], folder)), kind]

    return System(command, ours("faiss-cpu"))


SYSTEMS = {
    "colike": _colike("neighbours.exact_up_to=0"),
    "colike_exact": _colike("neighbours.exact_up_to=10000000"),
    "faiss_flat": _faiss("flat"),
    "faiss_ivf": _faiss("ivf"),
    "faiss_hnsw": _faiss("hnsw"),
}


def _figures(outcomes: list[Outcome]) -> Figures:
    # Peers search for only some of the items, so their seconds are not those of all.
    seconds = () if "build_seconds" in outcomes[0].said else ("seconds",)
    return {
        **medians(outcomes, ("items_per_second",), "items/s"),
        **medians(outcomes, seconds, "s"),
        **medians(outcomes, ("build_seconds",), "s"),
        **medians(outcomes, ("recall_10", "recall_50"), "share"),
        **medians(outcomes, ("effort",), ""),
        **medians(outcomes, ("rows",), "rows"),
    }


measure = measurer(NAME, SYSTEMS, _figures)
