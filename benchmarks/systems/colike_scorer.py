"""Runs colike's compiled kernel in memory, a thread per core; prints seconds and rows."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.systems.rows import load
from benchmarks.systems.timing import say, timed
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import Histories
from colike.recommend.lists import Lists
from colike.recommend.scorers import NeighbourScorer

USERS = 4096


def main(likes: str, neighbours: str, k: str) -> None:
    """Score all users; seen items are the liked ones, and nothing is filled up."""
    task = load(likes, neighbours)
    ids, nobody = np.arange(task.size, dtype=np.int32), np.zeros(0, np.int32)
    catalogue = Catalogue(ids, ids, np.zeros(task.size, np.int64), nobody)
    graph = NeighbourGraph(task.indptr, task.items, task.weights)
    scorer = NeighbourScorer(catalogue, graph, "sum", int(k))
    nothing = np.zeros_like(task.starts), task.values[:0]
    histories = Histories.of_rows([(task.starts, task.values), nothing, nothing, nothing])
    scorer(histories.of_users(0, 1))  # compiles

    def score(block: tuple[int, int]) -> Lists:
        return scorer(histories.of_users(*block))

    def run() -> dict[str, float]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return timed(
                lambda: rows.append(sum(map(_rows, pool.map(score, histories.blocks(USERS)))))
            )

    rows: list[int] = []
    say(run, lambda: rows[-1])


def _rows(lists: Lists) -> int:
    return int((lists.items >= 0).sum())


if __name__ == "__main__":
    main(*sys.argv[1:])
