"""The compiled kernel of the tiled engine and SciPy's sparse product, on one thread."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow.dataset as ds
from deltalake import DeltaTable
from scipy.sparse import csr_matrix, triu

from benchmarks.histories import store_of
from benchmarks.measuring import REPEATS
from benchmarks.results import Row, machine
from benchmarks.similarity import MIN_COLIKES, MIN_JACCARD
from benchmarks.systems.timing import timed
from colike.compute.arrays import Ints, Longs
from colike.similarity.kernel import count_rows, cut, fans, within_bounds
from colike.similarity.strips import kept_of

NAME = "kernel"
#: Takes where users' likes begin, and item_idx; returns the number of pairs within the bounds.
Count = Callable[[Longs, Ints, int], int]


def measure(case: str, folder: Path) -> Iterator[Row]:
    """Measure both on the likes of a case; yields the seconds and pairs of each."""
    offsets, values = _likes(store_of(case, folder))
    items = int(values.max()) + 1
    load = machine()
    for system, (count, library) in SYSTEMS.items():
        run = partial(count, offsets, values, items)
        pairs = run()  # compiles if necessary
        seconds = median(timed(run)["seconds"] for _ in range(REPEATS))
        versions = {library: version(library), "numpy": version("numpy")}
        for metric, value, unit in (("seconds", seconds, "s"), ("pairs", pairs, "pairs")):
            yield Row(NAME, case, system, metric, value, unit, REPEATS, load, versions)


def _likes(store: Path) -> tuple[Longs, Ints]:
    table = DeltaTable(str(store / "tables" / "user_history")).to_pyarrow_dataset()
    column = ds.Scanner.from_dataset(table, columns=["likes_train"]).to_table().column(0)
    arrays = column.combine_chunks()
    offsets = arrays.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], arrays.values.to_numpy()[offsets[0] : offsets[-1]]


def _numba(offsets: Longs, values: Ints, items: int) -> int:
    lengths, _, places = cut(offsets, values, 1)
    indptr = np.concatenate([[0], np.cumsum(lengths[0], dtype=np.int64)])
    turned = (*fans(indptr, places, items, indptr, True), places)
    nobody = (*fans(indptr[:1], places[:0], items, indptr[:1], True), places[:0])
    strip = count_rows(0, items, items, kept_of([], items), turned, nobody, 1)
    margins = np.bincount(values, minlength=items)
    found = within_bounds(0, (0, 0, 1), strip, margins, MIN_COLIKES, MIN_JACCARD)
    return len(found[0])


def _scipy(offsets: Longs, values: Ints, items: int) -> int:
    ones = np.ones(len(values), np.int32)
    likes = csr_matrix((ones, values, offsets), shape=(len(offsets) - 1, items))
    product = (likes.T @ likes).tocsr()
    margins = product.diagonal()
    upper = triu(product, 1).tocoo()
    union = margins[upper.row] + margins[upper.col] - upper.data
    return int(((upper.data >= MIN_COLIKES) & (upper.data / union >= MIN_JACCARD)).sum())


SYSTEMS: dict[str, tuple[Count, str]] = {"numba": (_numba, "numba"), "scipy": (_scipy, "scipy")}
