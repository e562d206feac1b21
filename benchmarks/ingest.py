"""CSV files to checked tables, compared with what others take to read and write the same rows."""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.histories import ITEMS, RATINGS, SHARES, USERS, csv_folder
from benchmarks.measuring import Figures, System, measurer, medians, ours
from benchmarks.peers import python_of
from benchmarks.processes import Outcome
from colike.generate import generate

NAME = "ingest"
CASES = tuple(SHARES)
SECONDS = ("seconds", "warm_seconds", "job_seconds")


def files_of(case: str, folder: Path) -> Path:
    """Return the generated files of a case, made if missing."""
    if case == "100%":
        return csv_folder(folder)
    out = folder / f"csv-{case.removesuffix('%')}"
    if not (out / "rating_complete.csv").exists():
        share = SHARES[case]
        generate(
            users=round(USERS * share), items=ITEMS, ratings=round(RATINGS * share), seed=1, out=out
        )
    return out


def _system(module: str, python: Callable[[Path], Path | str]) -> Callable[[str, Path], list[str]]:
    def command(case: str, folder: Path) -> list[str]:
        scratch = (folder / "scratch" / module).absolute()
        program = [str(python(folder)), "-m", f"benchmarks.systems.{module}"]
        return [*program, str(files_of(case, folder).absolute()), str(scratch)]

    return command


SYSTEMS = {
    "colike": System(
        _system("colike_ingest", lambda _: sys.executable), ours("colike", "pyspark", "pyarrow")
    ),
    # Reads and writes; it checks nothing, and packs no histories.
    "spark_csv": System(_system("spark_ingest", lambda _: sys.executable), ours("pyspark")),
    "duckdb": System(
        _system("duckdb_ingest", lambda folder: python_of("duckdb", folder)), {"duckdb": "1.4.2"}
    ),
    "polars": System(
        _system("polars_ingest", lambda folder: python_of("polars", folder)), {"polars": "1.35.2"}
    ),
}


def _figures(outcomes: list[Outcome]) -> Figures:
    rows = float(outcomes[0].said["rows"])
    return {**medians(outcomes, SECONDS, "s"), "ratings": (rows, "rows")}


measure = measurer(NAME, SYSTEMS, _figures)
