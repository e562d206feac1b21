"""Asks the questions of conf/samples as `colike sql` does, in one session."""

import sys

from benchmarks.systems.asking import say
from colike.queries.store import open_existing
from colike.tables.views import register_views


def main(store: str) -> None:
    """Print the seconds of each question on a store."""
    opened = open_existing(store)
    register_views(opened)
    say(lambda sql: opened.spark.sql(sql).collect())


if __name__ == "__main__":
    main(*sys.argv[1:])
