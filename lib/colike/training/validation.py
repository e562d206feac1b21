"""The product's own metric during training: recall through neighbours, on validation users."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray

from colike import columns as c
from colike.training.checkpoint import Tensors, with_prefix
from colike.training.likes import read_likes
from colike.training.nearest import nearest

# How many neighbours of each liked item count: all are tried, and the best is taken, as in job
# recommend.
NEIGHBOURS_PER_ITEM = (3, 5, 10, 20)
# Length of a list.
K = 10

Items = NDArray[np.int32]
Vectors = NDArray[np.float32]
#: Measures the recall of a model.
Recall = Callable[[torch.nn.Module], float]


@dataclass(frozen=True)
class ValidationUsers:
    """What users liked and rated in train, and liked in validation: rows of items, by user."""

    likes: Sequence[Items]
    seen: Sequence[Items]
    #: -1 is a like of none of the items: it counts, and cannot be found.
    held: Sequence[Items]

    @staticmethod
    def read(files: Sequence[Path], among: Items) -> "ValidationUsers":
        """Read the users of the snapshot's files, with items as rows of `among`."""
        likes, seen, held = [], [], []
        for path in files:
            table = pq.read_table(path, columns=[c.LIKES, c.SEEN, c.HELD])
            of_users = (_rows(column.to_pylist(), among) for column in table.columns)
            for mine, rated, wanted in zip(*of_users, strict=True):
                likes.append(mine[mine >= 0])
                seen.append(rated[rated >= 0])
                held.append(wanted)
        return ValidationUsers(likes, seen, held)


def liked_items(files: Sequence[Path]) -> Items:
    """Return item_idx, ascending, of the items with a train like: only they can be listed."""
    items, likes = read_likes(files)
    return items[likes > 0]


def recall_of_neighbours(vectors: Vectors, users: ValidationUsers) -> float:
    """Return the users' mean recall for the best of NEIGHBOURS_PER_ITEM: see `recalls`.

    Args:
        vectors: unit vectors, shape (items, dimensions).
        users: each has a held like.
    """
    near, cosines = nearest(vectors, max(NEIGHBOURS_PER_ITEM))
    return float(recalls(near, cosines, users, NEIGHBOURS_PER_ITEM).mean(axis=0).max())


def recalls(
    near: Items, cosines: Vectors, users: ValidationUsers, numbers: Sequence[int]
) -> NDArray[np.float64]:
    """Return the share of each user's held likes in a list of K items: shape (users, numbers).

    An item's score is the sum of its cosines over the user's liked items that have it among their
    nearest; what the user has seen is not listed.

    Args:
        near: rows of each item's nearest, best first, shape (items, largest number).
        cosines: their cosines.
        users: each has a held like.
        numbers: values of neighbours_per_item, in any order.
    """
    found = np.zeros((len(users.held), len(numbers)))
    each = zip(users.likes, users.seen, users.held, strict=True)
    for user, (likes, seen, held) in enumerate(each):
        for place, number in enumerate(numbers):
            candidates, weights = near[likes, :number].ravel(), cosines[likes, :number].ravel()
            listed = _best(candidates, weights, seen, len(near))
            found[user, place] = np.isin(held, listed).mean()
    return found


@dataclass
class Best:
    """The weights with the best recall of a run, and whether the run should end.

    Args:
        recall: measures a model.
        planned: validations in a run, spaced evenly.
        patience: validations in a row without an improvement that end the run; None: never.
    """

    recall: Recall
    planned: int
    patience: int | None
    made: int = 0
    step: int = 0
    worse: int = 0
    value: float = -1.0
    weights: Tensors = field(default_factory=dict)

    def due(self, done: float) -> bool:
        """Return whether a validation is due when this share of the run is done."""
        return int(done * self.planned + 1e-9) > self.made

    def look(self, step: int, done: float, model: torch.nn.Module) -> float:
        """Validate the model; returns its recall and keeps its weights if it is the best."""
        value = self.recall(model)
        self.made = int(done * self.planned + 1e-9)
        if value > self.value:
            self.value, self.step, self.worse = value, step, 0
            self.weights = with_prefix("", model.state_dict())
        else:
            self.worse += 1
        return value

    @property
    def is_over(self) -> bool:
        """Return whether patience has run out."""
        return self.patience is not None and self.worse >= self.patience


def _rows(lists: list[list[int]], among: Items) -> list[Items]:
    """Return the row of each item in `among`; -1 if it is not there."""
    found = []
    for one in lists:
        items = np.array(one, np.int32)
        row = np.searchsorted(among, items)
        missing = among[np.minimum(row, len(among) - 1)] != items
        found.append(np.where(missing, -1, row).astype(np.int32))
    return found


def _best(candidates: Items, weights: Vectors, seen: Items, items: int) -> Items:
    scores = np.bincount(candidates, weights, minlength=items)
    scores[seen] = 0.0
    listed = np.argsort(-scores, kind="stable")[:K]
    best: Items = listed[scores[listed] > 0].astype(np.int32)
    return best
