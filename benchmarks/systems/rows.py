"""Loads likes and neighbours from Parquet as compressed rows, for systems in memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Likes of users (`starts`, `values`), and neighbours of `size` items by descending weight."""

    starts: Longs
    values: Ints
    indptr: Longs
    items: Ints
    weights: Doubles
    size: int


def load(likes: str, neighbours: str) -> Task:
    """Return the input of scoring as compressed rows."""
    users, values = _columns(likes, "user_number", "item_idx")
    owners, ranks, others, weights = _columns(
        neighbours, "item_idx", "rank", "neighbour_idx", "weight"
    )
    size = int(max(owners.max(), others.max(), values.max())) + 1
    by_user, by_rank = np.lexsort((values, users)), np.lexsort((ranks, owners))
    return Task(
        _indptr(users, int(users.max()) + 1),
        values[by_user].astype(np.int32),
        _indptr(owners, size),
        others[by_rank].astype(np.int32),
        weights[by_rank],
        size,
    )


def _columns(folder: str, *names: str) -> list[npt.NDArray[Any]]:
    table = pq.read_table(Path(folder), columns=list(names))
    return [table[name].to_numpy() for name in names]


def _indptr(owners: npt.NDArray[Any], size: int) -> Longs:
    counts = np.bincount(owners, minlength=size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
