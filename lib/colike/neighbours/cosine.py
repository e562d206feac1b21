"""Exact cosine neighbours by faiss: a margin of candidates, rescored and ordered by us.

faiss is imported in this room alone: beside torch it can clash over OpenMP.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from colike.errors import DependencyError

Floats = npt.NDArray[np.float32]
BLOCK = 1024


@dataclass(frozen=True)
class Nearest:
    """Neighbours of n items: `items` and `weights` (cosines) are n x k, -1 where there is none."""

    items: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]


def nearest(vectors: Floats, order: npt.NDArray[np.int32], k: int, margin: int) -> Nearest:
    """Return the k items of highest cosine with each item, itself left out.

    faiss finds k + margin candidates in single precision; their cosines are then computed
    in double precision and ordered by (falling cosine, rising `order`), so that the result
    does not hang on faiss's order of summation.

    Args:
        vectors: Unit vectors, items x dimensions.
        order: Rank of each item by id, which breaks ties.
        k: Neighbours per item; fewer where there are fewer items.
        margin: Further candidates that are rescored.
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


def rescored(
    vectors: Floats,
    own: npt.NDArray[np.int64],
    found: npt.NDArray[np.int64],
    order: npt.NDArray[np.int32],
) -> Nearest:
    """Return candidates by their cosines in double precision, then by rising `order`.

    Args:
        vectors: Unit vectors, items x dimensions.
        own: The items whose neighbours are sought, which are no neighbours of their own.
        found: Candidates of each, -1 where there is none.
        order: Rank of each item by id.
    """
    mine, theirs = vectors[own].astype(np.float64), vectors[found].astype(np.float64)
    cosines = np.einsum("qd,qcd->qc", mine, theirs)
    cosines[(found == own[:, None]) | (found < 0)] = -np.inf
    best = np.lexsort((order[found], -cosines), axis=1)
    weights = np.take_along_axis(cosines, best, axis=1)
    items = np.take_along_axis(found, best, axis=1)
    items[weights == -np.inf] = -1
    return Nearest(items.astype(np.int32), weights)


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
