"""Runs colike's neighbours job on a store; prints the seconds of one source's fit, and rows.

`seconds` are those of the source alone, counts included; `job_seconds` are of the whole job.
"""

import sys

from benchmarks.systems.jobs import say_job


def main(store_folder: str, source: str, *overrides: str) -> None:
    """Fit all sources, each from what those before it have found; rows are those of all."""
    tables = ("item_neighbours", "rankers", "item_factors")
    say_job("neighbours", tables, store_folder, *overrides, figure=f"{source}.fit_seconds")


if __name__ == "__main__":
    main(*sys.argv[1:])
