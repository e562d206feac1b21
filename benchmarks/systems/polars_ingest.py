"""Reads the rating file with polars and writes it as Parquet, on two threads."""

import os
import shutil
import sys
from pathlib import Path

from benchmarks.systems.timing import say, timed

os.environ["POLARS_MAX_THREADS"] = "2"


def main(data: str, scratch: str) -> None:
    """Read and write; `scratch` is emptied first."""
    import polars

    shutil.rmtree(scratch, ignore_errors=True)
    Path(scratch).mkdir(parents=True)
    out = Path(scratch) / "ratings.parquet"
    say(
        lambda: timed(lambda: polars.scan_csv(f"{data}/rating_complete.csv").sink_parquet(out)),
        lambda: polars.scan_parquet(out).select(polars.len()).collect().item(),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
