"""Parquet of likes and neighbours as compressed rows, for systems that work in memory."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]


def rows_of(folder: str, owner: str, value: str) -> tuple[Longs, Ints, npt.NDArray[np.int64]]:
    """Return where each owner's rows begin, their values, and the order they stand in the file."""
    table = pq.read_table(Path(folder), columns=[owner, value])
    owners, values = table[owner].to_numpy(), table[value].to_numpy()
    order = np.lexsort((values, owners))
    counts = np.bincount(owners)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return indptr, values[order].astype(np.int32), order


def neighbours_of(folder: str) -> tuple[Longs, Ints, Doubles, int]:
    """Return neighbours by falling weight: indptr, items, weights, and the number of items."""
    columns = ["item_idx", "rank", "neighbour_idx", "weight"]
    table = pq.read_table(Path(folder), columns=columns)
    owners, ranks, others, weights = (table[name].to_numpy() for name in columns)
    size = int(max(owners.max(), others.max())) + 1
    order = np.lexsort((ranks, owners))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=size))])
    return indptr.astype(np.int64), others[order].astype(np.int32), weights[order], size
