"""Runs implicit's item-item batch `recommend` in memory; prints seconds and rows as JSON."""

import sys

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender, NearestNeighboursScorer
from scipy.sparse import csr_matrix

from benchmarks.systems.rows import load
from benchmarks.systems.timing import say, timed


def main(likes: str, neighbours: str, k: str) -> None:
    """Score all users by given neighbours, without the items that they like."""
    task = load(likes, neighbours)
    model = ItemItemRecommender(num_threads=0)
    edges = (task.weights, task.items, task.indptr.astype(np.int32))
    model.similarity = csr_matrix(edges, shape=(task.size, task.size))
    model.scorer = NearestNeighboursScorer(model.similarity)
    shape = (len(task.starts) - 1, task.size)
    liked = (np.ones(len(task.values)), task.values, task.starts.astype(np.int32))
    user_items = csr_matrix(liked, shape=shape)
    users = np.arange(shape[0])
    rows: list[int] = []

    def recommend() -> None:
        found, _ = model.recommend(users, user_items, N=int(k), filter_already_liked_items=True)
        rows.append(int((found >= 0).sum()))

    say(lambda: timed(recommend), lambda: rows[-1])


if __name__ == "__main__":
    main(*sys.argv[1:])
