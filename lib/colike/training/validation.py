"""The product's own metric in mid-training: recall through neighbours, on validation users."""

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

# Neighbours per liked title that are tried; the best counts, as it does in job recommend.
DEPTHS = (3, 5, 10, 20)
LISTED = 10

Items = NDArray[np.int32]
Vectors = NDArray[np.float32]
#: Recall of a model.
Recall = Callable[[torch.nn.Module], float]


@dataclass(frozen=True)
class ValidationUsers:
    """What users liked and rated in train, and liked in validation: rows of items, by user."""

    likes: Sequence[Items]
    seen: Sequence[Items]
    #: A like that is none of the items is -1: it counts, and cannot be found.
    held: Sequence[Items]

    @staticmethod
    def read(files: Sequence[Path], among: Items) -> "ValidationUsers":
        """The users of the snapshot's files, with the rows that items have in `among`."""
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
    """item_idx, ascending, of what anybody likes: no other can be among a like's audience."""
    items, likes = read_likes(files)
    return items[likes > 0]


def recall_of_neighbours(vectors: Vectors, users: ValidationUsers) -> float:
    """Mean recall of the users for the best of DEPTHS: see `recalls`.

    Args:
        vectors: unit vectors, shape (items, dimensions).
        users: everyone has a held like.
    """
    return float(recalls(*nearest(vectors, max(DEPTHS)), users, DEPTHS).mean(axis=0).max())


def recalls(
    near: Items, cosines: Vectors, users: ValidationUsers, depths: Sequence[int]
) -> NDArray[np.float64]:
    """Share of each user's held likes among the first LISTED titles: shape (users, depths).

    A title's score is the sum of its cosines over the user's liked titles that have it among
    their nearest; what the user has seen is not listed.

    Args:
        near: rows of each item's nearest, best first, shape (items, deepest).
        cosines: their cosines.
        users: everyone has a held like.
        depths: nearest per liked title that count.
    """
    found = np.zeros((len(users.held), len(depths)))
    each = zip(users.likes, users.seen, users.held, strict=True)
    for number, (likes, seen, held) in enumerate(each):
        for place, depth in enumerate(depths):
            candidates, weights = near[likes, :depth].ravel(), cosines[likes, :depth].ravel()
            listed = _best(candidates, weights, seen, len(near))
            found[number, place] = np.isin(held, listed).mean()
    return found


@dataclass
class Best:
    """The weights with the best recall of a run, and whether the run should end.

    Args:
        recall: measures a model.
        planned: validations in a run, spaced evenly.
        patience: validations in a row that may be no better; None for any number.
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
        """Whether a run of which this share is done has a validation to make."""
        return int(done * self.planned + 1e-9) > self.made

    def look(self, step: int, done: float, model: torch.nn.Module) -> float:
        """Measure the model; returns its recall and keeps its weights if it is the best."""
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
        """Whether patience has run out."""
        return self.patience is not None and self.worse >= self.patience


def _rows(lists: list[list[int]], among: Items) -> list[Items]:
    """Where each item stands in `among`; -1 where it does not."""
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
    listed = np.argsort(-scores, kind="stable")[:LISTED]
    best: Items = listed[scores[listed] > 0].astype(np.int32)
    return best
