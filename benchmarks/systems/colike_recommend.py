"""Runs colike's recommend job on a store, reasons included; prints seconds and rows as JSON."""

import sys

from benchmarks.systems.jobs import say_job

if __name__ == "__main__":
    say_job("recommend", ("recommendations",), *sys.argv[1:])
