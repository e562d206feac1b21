"""Inverted lists (Sivic and Zisserman, 2003): vectors grouped by centres that faiss learns."""

from bisect import bisect_left
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from colike.compute.arrays import Floats, Ints, Longs
from colike.errors import DependencyError
from colike.neighbours.cosine import nearest_others
from colike.neighbours.vector_files import ITEMS, ORDER, VECTORS, VectorFiles, mapped

# Vectors that are assigned to lists at a time.
CHUNK = 50_000
# Vectors that each centre is learnt from, and rounds of k-means. With 64 and 10, the lists of a
# million vectors are so uneven that a search reads 16 % of the vectors instead of 12 %.
LEARNT_PER_LIST, ROUNDS = 256, 20
NAMES = ("centres.npy", "starts.npy", VECTORS, ITEMS, ORDER)
RECALL_AT = 10
# Standard errors between a mean and the lower end of its one-sided 95 % interval.
ONE_SIDED_95 = 1.645


@dataclass(frozen=True)
class Index:
    """Unit vectors of n items, each in the list whose centre is nearest.

    Attributes:
        centres: lists x dimensions.
        starts: List l has the places starts[l] up to, not including, starts[l + 1].
        vectors: n x dimensions, list after list; memory-mapped.
        items: item_idx of each place.
        order: Rank by id of each place.
    """

    centres: Floats
    starts: Longs
    vectors: Floats
    items: Ints
    order: Ints


@dataclass(frozen=True)
class IndexFiles:
    """Files of an index, one per part."""

    centres: Path
    starts: Path
    vectors: Path
    items: Path
    order: Path

    @property
    def all(self) -> tuple[Path, ...]:
        """The files, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def load(self) -> Index:
        """Return the index; its vectors are memory-mapped, so that processes share them."""
        items = np.load(self.items)
        vectors = mapped(self.vectors, len(items))
        centres, starts = np.load(self.centres), np.load(self.starts)
        return Index(centres, starts, vectors, items, np.load(self.order))


@dataclass(frozen=True)
class Tuned:
    """Number of lists that a search probes, and the measured share of the 10 nearest in them."""

    probes: int
    recall: float


def write_index(files: VectorFiles, folder: Path, seed: int) -> IndexFiles:
    """Group vectors into lists and return the files, written to the same folder.

    There are as many lists as an average list has items. The original file of vectors is
    removed, since it takes the same space again.

    Args:
        files: The result of `write_vectors`.
        folder: Their folder.
        seed: Draws the vectors that centres are learnt from.
    """
    vectors, items, order = files.load()
    centres = _learnt(vectors, max(1, round(len(vectors) ** 0.5)), seed)
    lists = _nearest_centre(vectors, centres)
    places = np.argsort(lists, kind="stable")
    # Spark tells shipped files apart by name only.
    out = IndexFiles(*(folder / f"{folder.name}-in-lists-{name}" for name in NAMES))
    in_lists = np.memmap(out.vectors, np.float32, "w+", shape=vectors.shape)
    for start in range(0, len(places), CHUNK):
        in_lists[start : start + CHUNK] = vectors[places[start : start + CHUNK]]
    in_lists.flush()
    starts = np.searchsorted(lists[places], np.arange(len(centres) + 1)).astype(np.int64)
    np.save(out.centres, centres)
    np.save(out.starts, starts)
    np.save(out.items, items[places])
    np.save(out.order, order[places])
    files.vectors.unlink()
    return out


def tune(index: Index, recall: float, sampled: int, size: int, seed: int) -> Tuned:
    """Return the fewest probes that find enough of the exact neighbours.

    Recall@10 is measured on sampled items against all vectors: a neighbour is found if its list
    is among the probed ones. The lower end of the one-sided 95 % interval has to reach `recall`;
    if only the sample's mean had to, half of all catalogues would end up below it.

    Args:
        index: The index to search.
        recall: Share of each item's 10 nearest that has to be found.
        sampled: How many items to measure on.
        size: The probed lists have at least this many items.
        seed: Draws the items.
    """
    n = len(index.vectors)
    if n == 1:
        return Tuned(1, 1.0)
    own = np.sort(np.random.default_rng(seed).choice(n, min(sampled, n), replace=False))
    needed = _probes_needed(index, own)

    def surely(probes: int) -> float:
        shares = (needed <= probes).mean(axis=1)
        return float(shares.mean() - ONE_SIDED_95 * shares.std() / len(shares) ** 0.5)

    lengths = np.sort(np.diff(index.starts))
    enough = int(np.searchsorted(np.cumsum(lengths), min(size, n))) + 1
    possible = range(enough, len(index.centres))
    probes = possible.start + bisect_left(possible, recall, key=surely)
    return Tuned(probes, float((needed <= probes).mean()))


def probed_lists(index: Index, asked: Floats, probes: int) -> Longs:
    """Return the lists whose centres are nearest to each vector of `asked`, nearest first."""
    faiss = load_faiss()
    _, lists = faiss.knn(asked, index.centres, probes, metric=faiss.METRIC_INNER_PRODUCT)
    return np.asarray(lists, np.int64)


def _probes_needed(index: Index, own: Longs) -> Longs:
    """Return how many lists each item must probe to find each of its 10 nearest: own x 10."""
    exact = nearest_others(index.vectors, own, min(RECALL_AT, len(index.vectors) - 1))
    lists = np.searchsorted(index.starts, exact, side="right") - 1
    nearest = probed_lists(index, index.vectors[own], len(index.centres))
    return np.take_along_axis(np.argsort(nearest, axis=1), lists, axis=1) + 1


def _learnt(vectors: Floats, lists: int, seed: int) -> Floats:
    faiss, (n, dimensions) = load_faiss(), vectors.shape
    drawn = np.random.default_rng(seed).choice(n, min(n, LEARNT_PER_LIST * lists), replace=False)
    means = faiss.Kmeans(
        dimensions,
        lists,
        niter=ROUNDS,
        seed=seed,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=LEARNT_PER_LIST,
    )
    means.train(np.ascontiguousarray(vectors[np.sort(drawn)]))
    return np.asarray(means.centroids, np.float32)


def _nearest_centre(vectors: Floats, centres: Floats) -> Longs:
    faiss = load_faiss()
    parts: list[Longs] = [
        faiss.knn(vectors[start : start + CHUNK], centres, 1, metric=faiss.METRIC_INNER_PRODUCT)[1]
        for start in range(0, len(vectors), CHUNK)
    ]
    return np.concatenate(parts)[:, 0]


def load_faiss() -> Any:
    """Return the module faiss.

    It is imported here only: in one process with torch, the two can clash over OpenMP.

    Raises:
        DependencyError: It is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise DependencyError(
            "faiss is not installed, and the neighbours of so many items need it; "
            "pip install 'colike[faiss]', or raise neighbours.exact_up_to."
        ) from error
    return faiss
