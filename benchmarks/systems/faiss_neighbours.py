"""Builds and searches faiss's own indexes in memory; prints seconds, rate and recall as JSON.

The rate is of a search for SEARCHED items; `build_seconds` are for all vectors. An index is tuned
to recall .98 of the 10 nearest, on the same items as colike.
"""

import json
import sys
import time
from bisect import bisect_left
from typing import Any

import faiss
import numpy as np

from benchmarks.neighbour_truth import OTHERS, recall, sample
from colike.compute.arrays import Floats
from colike.neighbours.cosine import nearest_others

RECALL, TUNED_BY, SEARCHED, K = 0.98, 7, 20_000, 50
# Of HNSW: links per item, and candidates considered when an item is inserted.
LINKS, CONSTRUCTION = 32, 80


def build(vectors: Floats, kind: str) -> Any:
    """Return an index of one kind: `flat`, `ivf` (4 sqrt(n) lists, as faiss advises) or `hnsw`."""
    n, dimensions = vectors.shape
    lists = round(4 * n**0.5)
    factory = {"flat": "Flat", "ivf": f"IVF{lists},Flat", "hnsw": f"HNSW{LINKS},Flat"}[kind]
    index = faiss.index_factory(dimensions, factory, faiss.METRIC_INNER_PRODUCT)
    if kind == "hnsw":
        index.hnsw.efConstruction = CONSTRUCTION
    index.train(vectors[: 64 * lists])
    index.add(vectors)
    return index


def set_effort(index: Any, effort: int) -> None:
    """Set how many lists to probe, or how many candidates of a graph to keep."""
    if hasattr(index, "nprobe"):
        index.nprobe = effort
    else:
        index.hnsw.efSearch = effort


def tune(index: Any, vectors: Floats) -> int:
    """Return the least effort with the wanted recall, and leave the index set to it."""
    own = sample(len(vectors), TUNED_BY)
    nearest = nearest_others(vectors, own, 10)

    def found(effort: int) -> float:
        set_effort(index, effort)
        return recall(index.search(vectors[own], 11)[1], nearest)

    effort = 1
    while effort < len(vectors) and found(effort) < RECALL:
        effort *= 2
    smaller = range(effort // 2 + 1, effort)
    effort = smaller.start + bisect_left(smaller, RECALL, key=found)
    set_effort(index, effort)
    return effort


def main(file: str, kind: str) -> None:
    """Build, tune and search an index of the vectors in a file."""
    vectors = np.load(file)
    start = time.perf_counter()
    index = build(vectors, kind)
    said: dict[str, float] = {"build_seconds": time.perf_counter() - start}
    if kind != "flat":
        said["effort"] = tune(index, vectors)
    own = np.sort(np.random.default_rng(1).choice(len(vectors), SEARCHED, replace=False))
    start = time.perf_counter()
    index.search(vectors[own], K + 1)
    seconds = time.perf_counter() - start
    others = sample(len(vectors), OTHERS)
    found = index.search(vectors[others], K + 1)[1]
    for k in (10, K):
        said[f"recall_{k}"] = recall(found[:, : k + 1], nearest_others(vectors, others, k))
    said |= {"items_per_second": SEARCHED / seconds, "seconds": said["build_seconds"] + seconds}
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
