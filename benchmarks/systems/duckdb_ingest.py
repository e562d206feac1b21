"""Reads the rating file with DuckDB and writes it as Parquet, on two threads."""

import shutil
import sys
from pathlib import Path

import duckdb

from benchmarks.systems.timing import say, timed


def main(data: str, scratch: str) -> None:
    """Read and write; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    Path(scratch).mkdir(parents=True)
    out = Path(scratch) / "ratings.parquet"
    duckdb.execute("SET threads = 2")
    query = f"COPY (SELECT * FROM read_csv('{data}/rating_complete.csv')) TO '{out}'"
    say(
        lambda: timed(lambda: duckdb.execute(query)),
        lambda: duckdb.execute(f"SELECT count(*) FROM '{out}'").fetchone()[0],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
