"""Ratings packed by user, as arrays: each pair once, sorted by user and item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colike import columns as C
from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.config.files import Duplicates

ITEMS, RATINGS, TIMES, COPIES = "items", "ratings", "times", "copies"
Number = TypeVar("Number", bound=np.generic)
ARRAYS = (ITEMS, RATINGS, TIMES, COPIES)
TYPES = {ITEMS: np.int32, RATINGS: np.float32, TIMES: np.float64, COPIES: np.int32}


@dataclass(frozen=True)
class Packed:
    """The ratings of users: those of user i are at `indptr[i]:indptr[i + 1]`.

    Attributes:
        users: Ids of the users.
        indptr: Where each user's ratings start; one more than there are users.
        items: item_idx, sorted within each user.
        ratings: NaN stands for a mark of "seen, no opinion".
        times: What tells which is the latest; None where nobody asks.
        copies: How many rows of the file each stands for.
    """

    users: pa.Array
    indptr: Longs
    items: Ints
    ratings: Floats
    times: Doubles | None
    copies: Ints

    @property
    def rows(self) -> Longs:
        """The row of each rating in `users`."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.indptr))


@dataclass(frozen=True)
class Loose:
    """Ratings in any order, pairs perhaps several times; fields as in `Packed`."""

    users: pa.Array
    items: Ints
    ratings: Floats
    times: Doubles | None
    copies: Ints | None = None


def pack(loose: Loose, duplicates: Duplicates | None) -> Packed:
    """Return ratings by user, of several ratings of a pair the one that counts.

    Packing packed ones again gives the same as packing all at once.

    Args:
        loose: The ratings.
        duplicates: Which one counts: the `latest` (of those of one time the lowest), the `lowest`
            or the `highest`. None: the lowest, since a like must be sure. A mark of "seen, no
            opinion" counts only where there is no rating.
    """
    encoded = loose.users.dictionary_encode()
    users, codes = encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)
    size = int(loose.items.max(initial=0)) + 1
    key = codes * size + loose.items
    order = None if (np.diff(key) > 0).all() else np.argsort(key)
    if order is not None:
        key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if len(first) < len(key):
        order, first = _with_the_counting_first(loose, codes * size + loose.items, duplicates)
        key = (codes * size + loose.items)[order]
    mine = first if order is None else order[first]
    copies = np.ones(len(key), np.int32) if loose.copies is None else loose.copies
    ordered = copies if order is None else copies[order]
    counts = np.bincount(key[first] // size, minlength=len(users))
    return Packed(
        users,
        np.concatenate([[0], np.cumsum(counts)]),
        loose.items[mine],
        loose.ratings[mine],
        None if loose.times is None else loose.times[mine],
        np.add.reduceat(ordered, first).astype(np.int32) if len(first) else ordered[:0],
    )


def _with_the_counting_first(
    loose: Loose, key: Longs, duplicates: Duplicates | None
) -> tuple[Longs, Longs]:
    """Return an order in which the counting row of each pair comes first, and where pairs start."""
    sign = -1 if duplicates == "highest" else 1
    keys = [sign * loose.ratings]
    if duplicates == "latest" and loose.times is not None:
        keys.append(-loose.times)
    order = np.lexsort([*keys, np.isnan(loose.ratings), key])
    return order, np.flatnonzero(np.diff(key[order], prepend=-1))


def packed_bytes(items: int) -> int:
    """Return an upper bound of the bytes of a user's row: nobody rates more than all items."""
    return items * sum(np.dtype(kind).itemsize for kind in TYPES.values())


def to_batch(packed: Packed) -> dict[str, pa.Array]:
    """Return the columns of packed ratings: the users, and each array cut up by user."""
    has_copies = bool((packed.copies > 1).any())
    return {
        C.USER_ID: packed.users,
        ITEMS: _cut(packed.items, packed.indptr),
        RATINGS: _cut(packed.ratings, packed.indptr),
        TIMES: _cut(packed.times, packed.indptr),
        COPIES: _cut(packed.copies if has_copies else None, packed.indptr),
    }


def of_batch(users: pa.Array, columns: Mapping[str, pa.Array]) -> Loose:
    """Return the ratings in rows of cut-up arrays; a user may have several rows."""
    packed = packed_of(users, columns)
    return Loose(
        users.take(pa.array(packed.rows)),
        packed.items,
        packed.ratings,
        packed.times,
        packed.copies,
    )


def packed_in(batch: pa.RecordBatch) -> Packed:
    """Return the packed ratings in a batch of one row per user."""
    return packed_of(batch.column(C.USER_ID), {name: batch.column(name) for name in ARRAYS})


def packed_of(users: pa.Array, columns: Mapping[str, pa.Array]) -> Packed:
    """Return the packed ratings in rows of cut-up arrays, of which each user has one."""
    counts = _lengths(columns[ITEMS]) // np.dtype(np.int32).itemsize
    has_times = len(users) > 0 and columns[TIMES].null_count < len(users)
    return Packed(
        users,
        np.concatenate([[0], np.cumsum(counts)]),
        _joined(columns[ITEMS], np.int32),
        _joined(columns[RATINGS], np.float32),
        _joined(columns[TIMES], np.float64) if has_times else None,
        _copies(columns[COPIES], counts),
    )


def _copies(column: pa.Array, counts: Longs) -> Ints:
    """Return the copies of each rating; null stands for one of each."""
    copies = np.ones(int(counts.sum()), np.int32)
    if column.null_count < len(column):
        given = np.repeat(column.is_valid().to_numpy(zero_copy_only=False), counts)
        copies[given] = _joined(column.drop_null(), np.int32)
    return copies


def _cut(values: npt.NDArray[np.generic] | None, indptr: Longs) -> pa.Array:
    if values is None:
        return pa.nulls(len(indptr) - 1, pa.binary())
    offsets = (indptr * values.itemsize).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.binary(), len(indptr) - 1, buffers)


def _lengths(column: pa.Array) -> Longs:
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    mine = offsets[column.offset : column.offset + len(column) + 1]
    return np.diff(mine).astype(np.int64)


def _joined(column: pa.Array, kind: type[Number]) -> npt.NDArray[Number]:
    if not len(column):
        return np.zeros(0, kind)
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    start, end = offsets[column.offset], offsets[column.offset + len(column)]
    data = column.buffers()[2]
    if data is None or start == end:
        return np.zeros(0, kind)
    return np.frombuffer(data, np.uint8)[start:end].view(kind)
