"""Pairwise Jaccard from user_history to a committed table: colike's engines and its peers."""

import sys
from pathlib import Path

from benchmarks.exports import likes_of
from benchmarks.histories import CONFIG, store_of
from benchmarks.measuring import Figures, System, measurer, medians, ours
from benchmarks.peers import python_of
from benchmarks.processes import Outcome
from colike.config import load_config
from colike.similarity.banding import banding_for

NAME = "similarity"
MIN_COLIKES, MIN_JACCARD = 5, 0.02
# Times that each system reports: see systems/timing.py.
SECONDS = ("seconds", "warm_seconds", "job_seconds")


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

    return System(command, ours("colike", "pyspark", "delta-spark", "numba"))


def _sarplus(case: str, folder: Path) -> list[str]:
    program = [str(python_of("sarplus", folder)), "-m", "benchmarks.systems.sarplus_similarity"]
    likes, scratch = likes_of(case, folder), folder / "scratch" / "sarplus"
    return [*program, str(likes), str(scratch.absolute()), str(MIN_COLIKES)]


def _mllib(case: str, folder: Path) -> list[str]:
    wanted = load_config(CONFIG).similarity.minhash
    # A hash table of MLlib is a band of one row, so its recall follows the same formula.
    bands = banding_for(wanted.jaccard, wanted.recall, rows=1, matches=1).bands
    likes, scratch = likes_of(case, folder), folder / "scratch" / "mllib"
    program = [sys.executable, "-m", "benchmarks.systems.mllib_similarity"]
    return [*program, str(likes), str(scratch.absolute()), str(bands), str(wanted.jaccard)]


SYSTEMS = {
    **{name: _colike(name) for name in ("self_join", "tiled", "minhash")},
    "sarplus": System(_sarplus, {"pysarplus": "0.6.6", "pyspark": "3.5.8"}),
    "mllib_minhash": System(_mllib, ours("pyspark")),
}


def _figures(outcomes: list[Outcome]) -> Figures:
    pairs = float(outcomes[0].said["rows"])
    return {**medians(outcomes, SECONDS, "s"), "pairs": (pairs, "pairs")}


measure = measurer(NAME, SYSTEMS, _figures)
