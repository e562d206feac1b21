"""Histories of users: as kernels read them, and as rows of user_history."""

from collections.abc import Iterable, Mapping

import numpy as np

from colike import columns as C
from colike.data.history import OPINIONS, opinions_of
from colike.data.splits import SPLITS
from colike.recommend.histories import Histories

#: The columns of user_history that hold items, and their types.
ARRAYS = [f"{opinion}_{split}" for split in SPLITS for opinion in opinions_of(split)]
SCHEMA = ", ".join(f"{name} array<int>" for name in ARRAYS)
OPINION_SCHEMA = ", ".join(f"{name} array<int>" for name in OPINIONS)


def opinions(likes: Iterable[int], seen: Iterable[int]) -> list[list[int]]:
    """What is seen by opinion: that is not liked is of each other one."""
    others = set(seen) - set(likes)
    return [sorted(likes), *(sorted(i for i in others if i % 3 == rest) for rest in range(3))]


def histories_of(users: Iterable[tuple[Iterable[int], Iterable[int]]]) -> Histories:
    """Users of whom the likes and the seen items are given."""
    by_user = [opinions(likes, seen) for likes, seen in users]
    columns = []
    for place in range(len(OPINIONS)):
        rows = [user[place] for user in by_user]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        columns.append((indptr, np.array([item for row in rows for item in row], np.int32)))
    return Histories.of_rows(columns)


def history_row(user: object, **items: list[int]) -> dict[str, object]:
    """A row of user_history; what is not given is empty."""
    assert set(items) <= set(ARRAYS)
    return {C.USER_ID: user, **{name: items.get(name, []) for name in ARRAYS}}


def history_tuple(user: object, **items: list[int]) -> tuple[object, ...]:
    """The same as values in the order of the columns."""
    return tuple(history_row(user, **items).values())


def seen_of(row: Mapping[str, list[int]], *splits: str) -> list[int]:
    """What a row of user_history has as seen, in some splits."""
    names = [f"{opinion}_{split}" for split in splits for opinion in opinions_of(split)]
    return sorted(item for name in names for item in row[name])
