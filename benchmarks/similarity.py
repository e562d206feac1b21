"""Pairwise Jaccard from user_history to a committed table: colike's engines and its peers."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.histories import CONFIG, likes_of, store_of
from benchmarks.peers import python_of
from benchmarks.processes import Outcome, watched
from benchmarks.results import Row, machine
from colike.config import load_config
from colike.similarity.banding import banding_for

NAME = "similarity"
MIN_COLIKES, MIN_JACCARD = 5, 0.02
# A run that takes less is repeated, and the median counts.
REPEAT_BELOW_SECONDS = 120
REPEATS = 3


@dataclass(frozen=True)
class System:
    """What runs once on the store of a case, and the versions that a reader must know."""

    #: From the case and the folder of generated data to a command line.
    command: Callable[[str, Path], list[str]]
    versions: dict[str, str]


def _ours(*names: str) -> dict[str, str]:
    return {name: version(name) for name in names}


def _colike(method: str) -> System:
    def command(case: str, folder: Path) -> list[str]:
        overrides = (
            f"similarity.method={method}",
            f"similarity.min_colikes={MIN_COLIKES}",
            f"similarity.min_jaccard={MIN_JACCARD}",
            # No peer measures its own recall.
            "similarity.minhash.sampled_items=0",
        )
        program = [sys.executable, "-m", "benchmarks.systems.colike_similarity"]
        return [*program, str(store_of(case, folder)), *overrides]

    return System(command, _ours("colike", "pyspark", "delta-spark", "numba"))


def _sarplus(case: str, folder: Path) -> list[str]:
    program = [str(python_of("sarplus", folder)), "-m", "benchmarks.systems.sarplus_similarity"]
    likes, scratch = likes_of(case, folder), folder / "scratch" / "sarplus"
    return [*program, str(likes), str(scratch.absolute()), str(MIN_COLIKES)]


def _mllib(case: str, folder: Path) -> list[str]:
    wanted = load_config(CONFIG).similarity.minhash
    # A hash table of MLlib's is a band of one row, so that recall is that of colike's engine.
    bands = banding_for(wanted.jaccard, wanted.recall, rows=1, matches=1).bands
    likes, scratch = likes_of(case, folder), folder / "scratch" / "mllib"
    program = [sys.executable, "-m", "benchmarks.systems.mllib_similarity"]
    return [*program, str(likes), str(scratch.absolute()), str(bands), str(wanted.jaccard)]


SYSTEMS = {
    **{name: _colike(name) for name in ("self_join", "tiled", "minhash")},
    "sarplus": System(_sarplus, {"pysarplus": "0.6.6", "pyspark": "3.5.8"}),
    "mllib_minhash": System(_mllib, _ours("pyspark")),
}


def _seconds(outcomes: list[Outcome]) -> dict[str, tuple[float | None, str]]:
    """Medians of what each system says of its time: see systems/timing.py."""
    said = [outcome.said for outcome in outcomes]
    names = [name for name in ("seconds", "warm_seconds", "job_seconds") if name in said[0]]
    return {name: (median(one[name] for one in said), "s") for name in names}


def measure(case: str, system: str, folder: Path, seconds: float) -> Iterator[Row]:
    """Measure a system on a case; yields its rows, or one row with its error.

    Args:
        case: One of histories.CASES.
        system: One of SYSTEMS.
        folder: Where generated data is kept.
        seconds: Time limit of a run.
    """
    chosen = SYSTEMS[system]
    command = chosen.command(case, folder)
    load = machine()
    outcomes: list[Outcome] = []
    while len(outcomes) < REPEATS:
        outcomes.append(watched(command, seconds, dict(os.environ)))
        if outcomes[-1].error or outcomes[-1].said["seconds"] > REPEAT_BELOW_SECONDS:
            break
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    figures: dict[str, tuple[float | None, str]]
    if error:
        figures = {"seconds": (None, "s")}
    else:
        figures = {
            **_seconds(outcomes),
            "peak_rss_bytes": (median(outcome.peak_rss_bytes for outcome in outcomes), "bytes"),
            "pairs": (outcomes[0].said["pairs"], "pairs"),
        }
    for metric, (value, unit) in figures.items():
        yield Row(
            NAME, case, system, metric, value, unit, len(outcomes), load,
            chosen.versions, error,
        )  # fmt: skip
