"""Inverted lists (Sivic and Zisserman, 2003): vectors in lists around centres learnt by faiss."""

from bisect import bisect_left
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from colike.compute.arrays import Floats, Ints, Longs
from colike.neighbours.cosine import load_faiss, nearest_others
from colike.neighbours.vector_files import ITEMS, ORDER, VECTORS, VectorFiles, mapped

# Vectors that are put into lists at a time.
CHUNK = 50_000
# Of how many vectors each centre is learnt, and in how many rounds: with 64 and 10, lists of a
# million vectors differ so much in length that a search reads 16 % of them and not 12 %.
LEARNT_PER_LIST, ROUNDS = 256, 20
NAMES = ("centres.npy", "starts.npy", VECTORS, ITEMS, ORDER)
RECALL_AT = 10
# Standard errors from a mean to the lower end of its one-sided 95 % interval.
ONE_SIDED_95 = 1.645


@dataclass(frozen=True)
class Index:
    """Unit vectors of n items in lists, each item in the list whose centre is nearest.

    Attributes:
        centres: lists x dimensions.
        starts: List l holds the places from starts[l] up to starts[l + 1].
        vectors: n x dimensions, list after list; mapped from a file.
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
    """Files of an index, by the names of its parts."""

    centres: Path
    starts: Path
    vectors: Path
    items: Path
    order: Path

    @property
    def all(self) -> tuple[Path, ...]:
        """The files, in the order in which this class takes them."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def load(self) -> Index:
        """Return the index; its vectors are mapped, so that processes share them."""
        items = np.load(self.items)
        vectors = mapped(self.vectors, len(items))
        centres, starts = np.load(self.centres), np.load(self.starts)
        return Index(centres, starts, vectors, items, np.load(self.order))


@dataclass(frozen=True)
class Tuned:
    """How many lists a search probes, and the measured share of the 10 nearest in them."""

    probes: int
    recall: float


def write_index(files: VectorFiles, folder: Path, seed: int) -> IndexFiles:
    """Put vectors into lists and return the files, which are written beside the vectors' own.

    There are as many lists as an average list has items. The vectors' own file is removed: it
    would be as large again.

    Args:
        files: What `write_vectors` returned.
        folder: Where they lie.
        seed: Draws the vectors that centres are learnt from.
    """
    vectors, items, order = files.load()
    centres = _learnt(vectors, max(1, round(len(vectors) ** 0.5)), seed)
    lists = _nearest_centre(vectors, centres)
    places = np.argsort(lists, kind="stable")
    # Spark knows files that it ships by their names alone.
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
    """Return the fewest probes with enough of the exact neighbours in them.

    Recall@10 is measured on sampled items against all vectors: a neighbour is found if its list
    is among the probed ones. It is enough where the lower end of its one-sided 95 % interval is:
    fitted to the sample alone, every second catalogue would have less than was asked for.

    Args:
        index: What is searched.
        recall: The share of each item's 10 nearest that is to be found.
        sampled: How many items.
        size: So many items are in the probed lists in any case.
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
    """Return the lists whose centres are nearest, asked x probes, nearest first."""
    faiss = load_faiss()
    _, lists = faiss.knn(asked, index.centres, probes, metric=faiss.METRIC_INNER_PRODUCT)
    return np.asarray(lists, np.int64)


def _probes_needed(index: Index, own: Longs) -> Longs:
    """How many lists an item must probe for each of its nearest, own x 10 or fewer."""
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
