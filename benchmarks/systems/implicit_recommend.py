"""implicit's item-item batch `recommend` in memory; says seconds and rows as JSON."""

import sys

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender, NearestNeighboursScorer
from scipy.sparse import csr_matrix

from benchmarks.systems.rows import neighbours_of, rows_of
from benchmarks.systems.timing import say, timed


def main(likes: str, neighbours: str, k: str) -> None:
    """Score all users by given neighbours, without what they like."""
    indptr, items, weights, size = neighbours_of(neighbours)
    starts, values, _ = rows_of(likes, "user_number", "item_idx")
    size = max(size, int(values.max()) + 1)
    indptr = np.concatenate([indptr, np.full(size + 1 - len(indptr), indptr[-1])])
    model = ItemItemRecommender(num_threads=0)
    model.similarity = csr_matrix((weights, items, indptr.astype(np.int32)), shape=(size, size))
    model.scorer = NearestNeighboursScorer(model.similarity)
    shape = (len(starts) - 1, size)
    user_items = csr_matrix((np.ones(len(values)), values, starts.astype(np.int32)), shape=shape)
    users = np.arange(shape[0])
    rows: list[int] = []

    def recommend() -> None:
        found, _ = model.recommend(users, user_items, N=int(k), filter_already_liked_items=True)
        rows.append(int((found >= 0).sum()))

    say(lambda: timed(recommend), lambda: rows[-1])


if __name__ == "__main__":
    main(*sys.argv[1:])
