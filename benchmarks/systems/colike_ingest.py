"""Runs colike's ingest job on files; prints seconds and ratings as JSON."""

import sys

from benchmarks.systems.jobs import say_job

TABLES = ("ratings", "items", "user_history", "quarantine")

if __name__ == "__main__":
    data, store = sys.argv[1:]
    say_job("ingest", TABLES, store, data=data)
