"""How long sources take to be fitted, and their memory: colike's, and a peer's EASE."""

import sys
from pathlib import Path

from benchmarks.exports import FITTED, likes_of, similarity_of
from benchmarks.histories import SHARES
from benchmarks.measuring import Figures, System, measurer, medians, ours
from benchmarks.peers import python_of
from benchmarks.processes import Outcome

NAME = "fits"
CASES = tuple(SHARES)
K = 10
REGULARIZATION = 300
# list_seconds: the peer's lists of all users, made in the same process.
SECONDS = ("seconds", "warm_seconds", "job_seconds", "list_seconds")
SPARK = ("colike", "pyspark", "delta-spark", "numba", "scipy")


def _colike(source: str, *overrides: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        program = [sys.executable, "-m", "benchmarks.systems.colike_fit"]
        settings = (f"sources.ease.regularization={REGULARIZATION}", *FITTED, *overrides)
        return [*program, str(similarity_of(case, folder)), source, *settings]

    return System(command, ours(*SPARK))


def _rectools(case: str, folder: Path) -> list[str]:
    program = [str(python_of("rectools", folder)), "-m", "benchmarks.systems.rectools_ease"]
    return [*program, str(likes_of(case, folder)), str(K), str(REGULARIZATION)]


def _figures(outcomes: list[Outcome]) -> Figures:
    rows = float(outcomes[0].said["rows"])
    return {**medians(outcomes, SECONDS, "s"), "rows": (rows, "rows")}


SYSTEMS = {
    "ease": _colike("ease"),
    "hybrid": _colike("hybrid"),
    "ranker": _colike("ranker"),
    "als": _colike("als", "recommend.sources=[als]"),
    "rectools_ease": System(_rectools, {"RecTools": "0.18.0"}),
}
measure = measurer(NAME, SYSTEMS, _figures)
