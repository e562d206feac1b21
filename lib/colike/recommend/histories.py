"""Likes and seen items of many users as compressed sparse rows, which kernels read."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.compute.compiled import compiled


@dataclass(frozen=True)
class Histories:
    """User u likes `likes[likes_indptr[u]:likes_indptr[u + 1]]`, in item_idx; `seen` likewise.

    Likes ascend within a user, so that sums over them have a fixed order; seen items need not.
    """

    likes_indptr: Longs
    likes: Ints
    seen_indptr: Longs
    seen: Ints

    @staticmethod
    def of_batch(batch: pa.RecordBatch) -> "Histories":
        """Return the histories of an Arrow batch with list columns `likes` and `seen`."""
        indptr, likes = rows_of(batch.column(C.LIKES))
        return Histories(indptr, sorted_rows(indptr, likes), *rows_of(batch.column(C.SEEN)))

    @staticmethod
    def of_user(likes: list[int], seen: list[int]) -> "Histories":
        """Return the history of one user."""
        return Histories(*_row(sorted(likes)), *_row(seen))

    def __len__(self) -> int:
        """Return the number of users."""
        return len(self.likes_indptr) - 1

    def of_users(self, start: int, end: int) -> "Histories":
        """Return the users from `start` up to but not including `end`."""
        likes = slice(self.likes_indptr[start], self.likes_indptr[end])
        seen = slice(self.seen_indptr[start], self.seen_indptr[end])
        return Histories(
            self.likes_indptr[start : end + 1] - likes.start,
            self.likes[likes],
            self.seen_indptr[start : end + 1] - seen.start,
            self.seen[seen],
        )

    def blocks(self, users: int) -> Iterator[tuple[int, int]]:
        """Yield start and end of successive blocks of at most `users` users; one at least."""
        for start in range(0, max(len(self), 1), users):
            yield start, min(start + users, len(self))


@compiled
def sorted_rows(indptr: Longs, values: Ints) -> Ints:
    """Return compressed rows with the values of each row sorted.

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


def rows_of(column: pa.ListArray) -> tuple[Longs, Ints]:
    """Return a list column as compressed rows: where each row begins, and all values."""
    offsets = column.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], column.flatten().to_numpy().astype(np.int32, copy=False)


def _row(items: list[int]) -> tuple[Longs, Ints]:
    return np.array([0, len(items)], np.int64), np.array(items, np.int32)
