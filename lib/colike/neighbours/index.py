"""Approximate nearest neighbours by faiss: an index built once, as thorough as it must be."""

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from colike.neighbours.cosine import load_faiss

Floats = npt.NDArray[np.float32]
Kind = Literal["ivf", "hnsw"]
# Vectors that go into the index at a time, and those that each of its lists is learnt from.
CHUNK, LEARNT_PER_LIST = 50_000, 64
# HNSW's own terms: links of an item, and candidates looked at while it is put in.
LINKS, CONSTRUCTION = 32, 80
RECALL_AT = 10


@dataclass(frozen=True)
class Tuned:
    """How thorough a search is (lists probed, or candidates kept), and its measured recall@10."""

    effort: int
    recall: float


def build_index(vectors: Floats, kind: Kind, seed: int) -> Any:
    """Return a faiss index of unit vectors by inner product.

    Args:
        vectors: items x dimensions; may be mapped from a file.
        kind: `ivf`: lists around learnt centres; `hnsw`: a graph, slower to build.
        seed: Draws the vectors that centres are learnt from.
    """
    faiss, (n, dimensions) = load_faiss(), vectors.shape
    if kind == "hnsw":
        index: Any = faiss.IndexHNSWFlat(dimensions, LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = CONSTRUCTION
    else:
        lists = max(1, min(4 * int(n**0.5), n // 4))
        centres = faiss.IndexFlatIP(dimensions)
        index = faiss.IndexIVFFlat(centres, dimensions, lists, faiss.METRIC_INNER_PRODUCT)
        index.own_fields = True
        centres.this.disown()
        learnt = min(n, LEARNT_PER_LIST * lists)
        drawn = np.sort(np.random.default_rng(seed).choice(n, learnt, replace=False))
        index.cp.seed = seed
        index.train(np.ascontiguousarray(vectors[drawn]))
    for start in range(0, n, CHUNK):
        index.add(np.ascontiguousarray(vectors[start : start + CHUNK]))
    return index


def set_effort(index: Any, effort: int) -> None:
    """Make searches so thorough."""
    if hasattr(index, "nprobe"):
        index.nprobe = effort
    else:
        index.hnsw.efSearch = effort


def tune(index: Any, vectors: Floats, recall: float, sampled: int, seed: int) -> Tuned:
    """Return the least effort that finds enough of the exact neighbours.

    Recall@10 is measured on sampled items against all vectors. Where no effort is enough, the
    largest is returned with what it has.

    Args:
        index: As `build_index` returns it.
        vectors: What it was built of.
        recall: The share of each item's 10 nearest that is to be found.
        sampled: How many items.
        seed: Draws them.
    """
    faiss, n = load_faiss(), len(vectors)
    own = np.sort(np.random.default_rng(seed).choice(n, min(sampled, n), replace=False))
    asked, k = np.ascontiguousarray(vectors[own]), min(RECALL_AT + 1, n)
    _, exact = faiss.knn(asked, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    # Equal vectors take each other's places at the end, so they count by their cosine.
    least = np.einsum("qd,qd->q", asked, vectors[exact[:, -1]]) - 1e-6

    def found(effort: int) -> float:
        set_effort(index, effort)
        cosines, _ = index.search(asked, k)
        return float((cosines >= least[:, None]).mean())

    most = index.nlist if hasattr(index, "nlist") else n
    effort = 1
    while effort < most and found(effort) < recall:
        effort = min(2 * effort, most)
    smaller = range(effort // 2 + 1, effort)
    effort = smaller.start + bisect_left(smaller, recall, key=found)
    return Tuned(effort, found(effort))


def write_index(index: Any, path: Path) -> None:
    """Write an index so that processes can map it."""
    load_faiss().write_index(index, str(path))


def read_index(path: Path) -> Any:
    """Return a written index; the system shares its pages between processes."""
    faiss = load_faiss()
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
