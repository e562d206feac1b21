"""Likes and seen items of many users as compressed sparse rows, which kernels read."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.compute.ragged import ragged, sorted_rows


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
        indptr, likes = ragged(batch.column(C.LIKES), np.int32)
        return Histories(
            indptr, sorted_rows(indptr, likes), *ragged(batch.column(C.SEEN), np.int32)
        )

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


def _row(items: list[int]) -> tuple[Longs, Ints]:
    return np.array([0, len(items)], np.int64), np.array(items, np.int32)
