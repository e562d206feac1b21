"""A small data set as frames: its lists take Spark seconds, not minutes."""

import numpy as np
import pytest

from ...histories import history_row

SIZE, USERS, DEGREE = 30, 40, 8
SPLITS = ("train", "validation", "test")
SOURCES = ("jaccard", "base")


def item_id(index):
    """Ids whose order is not that of item_idx."""
    return 1000 - 7 * index


def item_rows():
    return [
        {
            "item_id": item_id(index),
            "item_idx": index,
            "title": f"Title {index}",
            "attributes": {},
            "synopsis": "Words.",
            "description": f"Title {index}. Words.",
            "synopsis_cut": False,
            "content_hash": f"hash {index}",
        }
        for index in range(SIZE)
    ]


def history_rows(random):
    rows = []
    for user in range(USERS):
        seen = random.permutation(SIZE)[: random.integers(8, 14)]
        mine = {}
        for name, part in zip(SPLITS, np.split(seen, [len(seen) - 4, len(seen) - 2]), strict=True):
            half = (len(part) + 1) // 2
            mine[f"likes_{name}"] = sorted(map(int, part[:half]))
            mine[f"passives_{name}"] = sorted(map(int, part[half:-1]))
            mine[f"detractors_{name}"] = [int(part[-1])]
        rows.append(history_row(user, **mine))
    return rows


def neighbour_rows(random, source):
    for index in range(SIZE):
        others = np.setdiff1d(np.arange(SIZE), [index])
        weights = np.sort(random.uniform(0.05, 0.9, DEGREE))[::-1]
        nearest = random.choice(others, DEGREE, replace=False)
        for rank, (other, weight) in enumerate(zip(nearest, weights, strict=True), start=1):
            yield {
                "source": source,
                "item_id": item_id(index),
                "rank": rank,
                "neighbour_id": item_id(int(other)),
                "weight": float(weight),
            }


def vector_rows(random):
    for index in range(SIZE):
        vector = random.normal(size=4)
        yield {
            "model_id": "random",
            "source": "base",
            "item_id": item_id(index),
            "embedding": (vector / np.linalg.norm(vector)).tolist(),
            "content_hash": f"hash {index}",
            "encoding": None,
        }


@pytest.fixture(scope="package")
def frames(frame_store):
    """40 users, 30 items, eight neighbours of each by jaccard and by embedder base, its vectors."""
    random = np.random.default_rng(0)
    rows = {
        "items": item_rows(),
        "user_history": history_rows(random),
        "item_neighbours": [row for name in SOURCES for row in neighbour_rows(random, name)],
        "item_embeddings": list(vector_rows(random)),
    }
    empty = frame_store({})
    return {table: empty.frame(table, made).cache() for table, made in rows.items()}
