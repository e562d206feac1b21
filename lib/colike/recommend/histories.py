"""Histories of many users as compressed sparse rows, which kernels read."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from colike.compute.arrays import Bools, Ints, Longs
from colike.compute.ragged import interleaved, picked, ragged, sorted_rows
from colike.data.history import OPINIONS

#: Rows that a user has: one per opinion.
ROWS = len(OPINIONS)
LIKES, PASSIVES, DETRACTORS, UNRATED = range(ROWS)


@dataclass(frozen=True)
class Histories:
    """Of user u, `items[indptr[r]:indptr[r + 1]]` have the opinion o, where r = ROWS * u + o.

    Items are item_idx and ascend within a row, so that sums over them have a fixed order. What a
    user has seen are the items of all rows of the user, one after another.
    """

    indptr: Longs
    items: Ints

    @staticmethod
    def of_batch(batch: pa.RecordBatch) -> "Histories":
        """Return the histories of an Arrow batch with a list column per opinion."""
        return Histories.of_rows([ragged(batch.column(name), np.int32) for name in OPINIONS])

    @staticmethod
    def of_rows(rows: list[tuple[Longs, Ints]]) -> "Histories":
        """Return the histories of users from indptr and items by user, for each opinion.

        >>> likes, nothing = (np.array([0, 2]), np.array([7, 3])), (np.zeros(2, int), np.zeros(0))
        >>> Histories.of_rows([likes, nothing, nothing, nothing]).items.tolist()
        [3, 7]
        """
        indptr, items = interleaved(rows)
        return Histories(indptr, sorted_rows(indptr, items))

    @staticmethod
    def of_user(*opinions: list[int]) -> "Histories":
        """Return the history of one user."""
        rows = [(np.array([0, len(mine)]), np.array(mine, np.int32)) for mine in opinions]
        return Histories.of_rows(rows)

    def __len__(self) -> int:
        """Return the number of users."""
        return (len(self.indptr) - 1) // ROWS

    def of_users(self, start: int, end: int) -> "Histories":
        """Return the users from `start` up to but not including `end`."""
        mine = self.indptr[ROWS * start : ROWS * end + 1]
        return Histories(mine - mine[0], self.items[mine[0] : mine[-1]])

    def without(self, taken: Bools) -> "Histories":
        """Return the histories without some items; `taken` says which, by item_idx."""
        stays = ~taken[self.items]
        before = np.concatenate([[0], np.cumsum(stays)])
        return Histories(before[self.indptr], self.items[stays])

    def likes_among(self, wanted: Bools) -> tuple[Longs, Ints]:
        """Return the users' likes among some items, as indptr and items."""
        users = np.arange(len(self))
        others = self.without(~wanted)
        return picked(others.indptr, others.items, ROWS * users + LIKES)

    def chosen(self, users: Longs) -> "Histories":
        """Return the histories of some users, by their numbers."""
        rows = (ROWS * users[:, None] + np.arange(ROWS)).ravel()
        return Histories(*picked(self.indptr, self.items, rows))

    def blocks(self, users: int) -> Iterator[tuple[int, int]]:
        """Yield start and end of successive blocks of at most `users` users; one at least."""
        for start in range(0, max(len(self), 1), users):
            yield start, min(start + users, len(self))
