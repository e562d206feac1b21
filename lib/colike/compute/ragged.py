"""Rows of unequal length as two arrays: where each row begins (`indptr`), and all values.

Row i is `values[indptr[i]:indptr[i + 1]]`; `indptr` has one entry more than there are rows.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colike.compute.arrays import Ints, Longs
from colike.compute.compiled import compiled

Number = TypeVar("Number", bound=np.generic)


def ragged(column: pa.ListArray, dtype: type[Number]) -> tuple[Longs, npt.NDArray[Number]]:
    """Return an Arrow column of lists as indptr and values of a type.

    >>> indptr, values = ragged(pa.array([[3, 1], [], [2]]).slice(1), np.int32)
    >>> indptr.tolist(), values.tolist()
    ([0, 0, 1], [2])
    """
    offsets = column.offsets.to_numpy().astype(np.int64)
    values = column.flatten().to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    return offsets - offsets[0], values


def starts_of(lengths: npt.NDArray[np.generic]) -> Longs:
    """Return the indptr of rows of these lengths.

    >>> starts_of(np.array([2, 0, 1])).tolist()
    [0, 2, 2, 3]
    """
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def interleaved(columns: list[tuple[Longs, Ints]]) -> tuple[Longs, Ints]:
    """Return rows of several columns as one: the first row of each, then the second of each, ...

    >>> both = [(np.array([0, 2, 2]), np.array([1, 2])), (np.array([0, 1, 2]), np.array([3, 4]))]
    >>> indptr, values = interleaved(both)
    >>> indptr.tolist(), values.tolist()
    ([0, 2, 3, 3, 4], [1, 2, 3, 4])
    """
    lengths = np.stack([np.diff(indptr) for indptr, _ in columns], axis=1)
    starts = starts_of(lengths.ravel())
    values = np.empty(starts[-1], np.int32)
    for place, (indptr, mine) in enumerate(columns):
        moved = np.repeat(starts[place : -1 : len(columns)] - indptr[:-1], lengths[:, place])
        values[moved + np.arange(len(mine))] = mine
    return starts, values


def picked(
    indptr: Longs, values: npt.NDArray[Number], rows: Longs
) -> tuple[Longs, npt.NDArray[Number]]:
    """Return some of the rows.

    >>> indptr, values = picked(np.array([0, 2, 3, 3]), np.array([5, 6, 7]), np.array([1, 0]))
    >>> indptr.tolist(), values.tolist()
    ([0, 1, 3], [7, 5, 6])
    """
    starts = starts_of(indptr[rows + 1] - indptr[rows])
    moved = np.repeat(indptr[rows] - starts[:-1], np.diff(starts))
    return starts, values[moved + np.arange(starts[-1])]


def padded(column: pa.ListArray, depth: int, filler: int) -> Longs:
    """Return lists as rows of equal length: cut at `depth`, filled up with `filler`.

    >>> padded(pa.array([[3, 1, 4], [2]]), 2, -1).tolist()
    [[3, 1], [2, -1]]
    """
    indptr, values = ragged(column, np.int64)
    sizes = np.diff(indptr)
    position = np.arange(len(values)) - np.repeat(indptr[:-1], sizes)
    rows = np.full((len(sizes), depth), filler, np.int64)
    fits = position < depth
    rows[np.repeat(np.arange(len(sizes)), sizes)[fits], position[fits]] = values[fits]
    return rows


@compiled
def sorted_rows(indptr: Longs, values: Ints) -> Ints:
    """Return the values with each row sorted.

    >>> sorted_rows(np.array([0, 3, 5]), np.array([2, 9, 1, 8, 4], np.int32)).tolist()
    [1, 2, 9, 4, 8]
    """
    made = values.copy()
    for row in range(len(indptr) - 1):
        mine = made[indptr[row] : indptr[row + 1]]
        for at in range(1, len(mine)):
            if mine[at - 1] > mine[at]:
                mine.sort()
                break
    return made
