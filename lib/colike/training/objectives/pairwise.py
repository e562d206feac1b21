"""Batches of labelled pairs, which the pairwise objectives share."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.training.mining import Mining
from colike.training.objectives.base import Items, Share, TrainData, unique_rows
from colike.training.relations import Partners


@dataclass(frozen=True)
class PairStep:
    """Pairs as rows of the items, with their labels as floats."""

    items: Items
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    labels: NDArray[np.float32]

    @property
    def comparisons(self) -> int:
        """A label per pair."""
        return len(self.labels)

    @property
    def masked(self) -> int:
        """A pair with a label is never left out."""
        return 0

    def sides(self, embeddings: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The vectors of the pairs' two items, each of shape (pairs, dimensions)."""
        return embeddings[self.left], embeddings[self.right]

    def labels_on(self, device: torch.device) -> torch.Tensor:
        """The labels there: shape (pairs,)."""
        return torch.from_numpy(self.labels).to(device)


class PairwiseObjective:
    """An objective whose loss is of labelled pairs; a subclass says which."""

    default_epochs = 1
    default_learning_rate = 5e-5
    default_batch_size = 32
    in_batch = False
    module: torch.nn.Module | None = None
    mining: Mining | None = None
    hard: Partners | None = None

    def __init__(self, data: TrainData) -> None:
        self._data = data
        self.rows = len(data.pairs("train"))

    def steps(self, share: Share) -> Iterator[PairStep]:
        """One step per batch of pairs, both labels mixed as the shuffle has them."""
        for pairs in self._data.reader(share):
            items, (left, right) = unique_rows(pairs.item_a, pairs.item_b)
            yield PairStep(items, left, right, pairs.label.astype(np.float32))
