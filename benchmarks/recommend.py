"""Recommendations for all users from given neighbours: colike and its peers, in one run."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exports import NEIGHBOURS, VECTORS, likes_of, neighbours_of, seen_of, vectors_of
from benchmarks.histories import SHARES, USERS, store_of
from benchmarks.measuring import Figures, System, measured, medians, ours
from benchmarks.peers import python_of
from benchmarks.processes import Outcome
from benchmarks.results import Row

NAME = "recommend"
CASES = tuple(SHARES)
K = 10
# Times that each system reports: see systems/timing.py.
SECONDS = ("seconds", "warm_seconds", "job_seconds")
SPARK = ("colike", "pyspark", "delta-spark", "numba")
PEER_SPARK = {"pyspark": "3.5.8"}


def _colike(*overrides: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        vectors_of(case, folder)
        neighbours_of(case, folder)
        settings = (
            f"recommend.k={K}",
            "recommend.histories=[known]",
            "publish.gate=off",
            f"recommend.neighbours_per_item={{jaccard: {NEIGHBOURS}}}",
            *overrides,
        )
        program = [sys.executable, "-m", "benchmarks.systems.colike_recommend"]
        return [*program, str(store_of(case, folder)), *settings]

    return System(command, ours(*SPARK))


def _kernel(case: str, folder: Path) -> list[str]:
    program = [sys.executable, "-m", "benchmarks.systems.colike_scorer"]
    return [*program, str(likes_of(case, folder)), str(neighbours_of(case, folder)), str(K)]


def _implicit(case: str, folder: Path) -> list[str]:
    program = [str(python_of("implicit", folder)), "-m", "benchmarks.systems.implicit_recommend"]
    return [*program, str(likes_of(case, folder)), str(neighbours_of(case, folder)), str(K)]


def _sarplus(case: str, folder: Path) -> list[str]:
    program = [str(python_of("sarplus", folder)), "-m", "benchmarks.systems.sarplus_recommend"]
    data = [likes_of(case, folder), seen_of(case, folder), neighbours_of(case, folder)]
    scratch = (folder / "scratch" / "sarplus").absolute()
    return [*program, *map(str, [*data, scratch]), str(K)]


def _als(case: str, folder: Path) -> list[str]:
    program = [sys.executable, "-m", "benchmarks.systems.als_recommend"]
    scratch = (folder / "scratch" / "als").absolute()
    data = [likes_of(case, folder), seen_of(case, folder), scratch]
    return [*program, *map(str, data), str(K)]


SYSTEMS = {
    "colike": _colike("recommend.sources=[jaccard]"),
    "colike_ease": _colike("recommend.sources=[ease]"),
    "colike_hybrid": _colike("recommend.sources=[hybrid]", VECTORS),
    "colike_ranker": _colike("recommend.sources=[ranker]", VECTORS),
    "colike_kernel": System(_kernel, ours("colike", "numba")),
    "sarplus": System(_sarplus, {"pysarplus": "0.6.6", **PEER_SPARK}),
    "als": System(_als, ours("pyspark")),
    "implicit": System(_implicit, {"implicit": "0.7.2"}),
}


def measure(case: str, system: str, folder: Path, seconds: float) -> Iterator[Row]:
    """Measure a system on a case; yields its rows, or one row with its error.

    Args:
        case: One of CASES.
        system: One of SYSTEMS.
        folder: Folder of generated data.
        seconds: Time limit of a run.
    """
    users = USERS * SHARES[case]

    def figures(outcomes: list[Outcome]) -> Figures:
        found = medians(outcomes, SECONDS, "s")
        speed = {
            f"{prefix}users_per_second": (users / (found[f"{prefix}seconds"][0] or 1.0), "users/s")
            for prefix in ("", "warm_")
            if f"{prefix}seconds" in found
        }
        rows = float(outcomes[0].said["rows"])
        return {**speed, **found, "rows": (rows, "rows")}

    return measured(NAME, case, system, SYSTEMS[system], folder, seconds, figures)
