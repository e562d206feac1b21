"""Exact cosine neighbours: faiss finds candidates, which are rescored and ordered here.

faiss is imported in this room only: in one process with torch, the two can clash over OpenMP.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import dot
from colike.errors import DependencyError

BLOCK = 1024


@dataclass(frozen=True)
class Nearest:
    """Neighbours of n items: `items` (-1 past the end) and `weights` (cosines) are n x k."""

    items: Ints
    weights: Doubles


def nearest(vectors: Floats, order: Ints, k: int, margin: int) -> Nearest:
    """Return the k items of highest cosine with each item, excluding itself.

    faiss finds k + margin candidates in single precision. Their cosines are then computed in
    double precision and ordered by (descending cosine, ascending `order`), so that the result
    does not depend on faiss's order of summation.

    Args:
        vectors: Unit vectors, items x dimensions.
        order: Rank of each item by id, which breaks ties.
        k: Neighbours per item; fewer if there are not enough items.
        margin: Additional candidates to rescore.
    """
    n = len(vectors)
    wanted = min(k, n - 1)
    index = _index(vectors)
    items = np.full((n, k), -1, np.int32)
    weights = np.zeros((n, k), np.float64)
    for start in range(0, n, BLOCK):
        own = np.arange(start, min(start + BLOCK, n))
        _, found = index.search(vectors[own], min(wanted + margin + 1, n))
        best = rescored(vectors, own, found, order)
        items[own, :wanted] = best.items[:, :wanted]
        weights[own, :wanted] = best.weights[:, :wanted]
    return Nearest(items, weights)


def nearest_others(vectors: Floats, own: Longs, k: int) -> Longs:
    """Return the k items of highest cosine with each item of `own`, excluding itself: own x k.

    In single precision; ties are in no particular order.
    """
    faiss = load_faiss()
    _, near = faiss.knn(vectors[own], vectors, k + 1, metric=faiss.METRIC_INNER_PRODUCT)
    others = near != own[:, None]
    # An item with k duplicates may be missing from its own nearest; drop the last one then.
    others[others.all(axis=1), -1] = False
    return np.asarray(near[others].reshape(len(own), k), np.int64)


def rescored(vectors: Floats, own: Longs, found: Ints | Longs, order: Ints) -> Nearest:
    """Return candidates by descending cosine in double precision, then ascending `order`.

    Args:
        vectors: Unit vectors, items x dimensions.
        own: The items whose neighbours are wanted; they are never their own neighbours.
        found: Candidates of each, -1 past the end.
        order: Rank of each item by id.
    """
    cosines = _cosines(vectors, own, found)
    best = np.lexsort((order[found], -cosines), axis=1)
    weights = np.take_along_axis(cosines, best, axis=1)
    items = np.take_along_axis(found, best, axis=1)
    items[weights == -np.inf] = -1
    return Nearest(items.astype(np.int32), weights)


@compiled
def _cosines(vectors: Floats, own: Longs, found: Ints | Longs) -> Doubles:
    cosines = np.full(found.shape, -np.inf)
    for row in range(len(own)):
        mine = vectors[own[row]].astype(np.float64)
        for at in range(found.shape[1]):
            if found[row, at] >= 0 and found[row, at] != own[row]:
                cosines[row, at] = dot(mine, vectors[found[row, at]])
    return cosines


def load_faiss() -> Any:
    """Return the module faiss.

    Raises:
        DependencyError: It is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise DependencyError(
            "faiss is not installed, and neighbours need it; pip install 'colike[local]'."
        ) from error
    return faiss


def _index(vectors: Floats) -> Any:
    faiss = load_faiss()
    index: Any = faiss.IndexFlatIP(vectors.shape[1])
    if hasattr(faiss, "get_num_gpus") and faiss.get_num_gpus() > 0:
        index = faiss.index_cpu_to_all_gpus(index)
    index.add(np.ascontiguousarray(vectors, np.float32))
    return index
