"""Runs colike's similarity job on a store; prints seconds and pairs as JSON."""

import sys

from benchmarks.systems.jobs import say_job

if __name__ == "__main__":
    say_job("similarity", ("item_similarity", "item_colikes"), *sys.argv[1:])
