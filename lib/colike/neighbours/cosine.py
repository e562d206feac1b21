"""Exact cosine neighbours: candidates by products in single precision, rescored and ordered."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import sgemm

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import dot, insert

# Cells of a product that are in memory at once.
CELLS = 1 << 24


@dataclass(frozen=True)
class Nearest:
    """Neighbours of n items: `items` (-1 past the end) and `weights` (cosines) are n x k."""

    items: Ints
    weights: Doubles


def nearest(vectors: Floats, order: Ints, k: int, margin: int) -> Nearest:
    """Return the k items of highest cosine with each item, excluding itself.

    The k + margin best in single precision are candidates. Their cosines are then computed in
    double precision and ordered by (descending cosine, ascending `order`), so that the result does
    not depend on the order of summation.

    Args:
        vectors: Unit vectors, items x dimensions.
        order: Rank of each item by id, which breaks ties.
        k: Neighbours per item; fewer if there are not enough items.
        margin: Additional candidates to rescore.
    """
    n = len(vectors)
    wanted = min(k, n - 1)
    items = np.full((n, k), -1, np.int32)
    weights = np.zeros((n, k), np.float64)
    height = max(1, CELLS // max(n, 1))
    for start in range(0, n, height):
        own = np.arange(start, min(start + height, n))
        found = _candidates(vectors, own, order, min(wanted + margin + 1, n))
        best = rescored(vectors, own, found, order)
        items[own, :wanted] = best.items[:, :wanted]
        weights[own, :wanted] = best.weights[:, :wanted]
    return Nearest(items, weights)


def nearest_others(vectors: Floats, own: Longs, k: int) -> Longs:
    """Return the k items of highest cosine with each item of `own`, excluding itself: own x k.

    In single precision; ties are in the order of items.
    """
    n = len(vectors)
    order = np.arange(n, dtype=np.int32)
    height = max(1, CELLS // max(n, 1))
    parts = [own[start : start + height] for start in range(0, len(own), height)]
    near = np.concatenate([_candidates(vectors, part, order, k + 1) for part in parts])
    others = near != own[:, None]
    # An item with k duplicates may be missing from its own nearest; drop the last one then.
    others[others.all(axis=1), -1] = False
    return np.asarray(near[others].reshape(len(own), k), np.int64)


def _candidates(vectors: Floats, own: Longs, order: Ints, size: int) -> Ints:
    """Return the items of highest cosine with each item of `own`, possibly with itself."""
    # NumPy's own BLAS may be several times slower than SciPy's (decisions/0016).
    products = sgemm(1, vectors.T, np.ascontiguousarray(vectors[own]).T, trans_a=1).T
    keys = np.full((len(own), size), -np.inf)
    found = np.full((len(own), size), -1, np.int32)
    keep_largest(products, np.arange(len(own), dtype=np.int32), 0, order, keys, found)
    return found


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


@compiled
def keep_largest(
    cosines: Floats, rows: Ints, start: int, order: Ints, keys: Doubles, found: Ints
) -> None:
    """Insert the largest cosines into the candidates of their items.

    Args:
        cosines: Items x places of one list.
        rows: The items' rows in `keys` and `found`.
        start: First place of the list.
        order: Rank by id of each place.
        keys: Cosines found so far, descending; -inf where there are none.
        found: Their places.
    """
    size = keys.shape[1]
    for item in range(len(rows)):
        row = rows[item]
        least = keys[row, size - 1]
        for place in range(cosines.shape[1]):
            cosine = float(cosines[item, place])
            if cosine >= least:
                insert(keys[row], found[row], size, cosine, start + place, order)
                least = keys[row, size - 1]
