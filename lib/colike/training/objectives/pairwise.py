"""Batches of labelled pairs, shared by the pairwise objectives."""

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
        """Return the pairs: each has a label."""
        return len(self.labels)

    @property
    def masked(self) -> int:
        """Return 0: a pair with a label is never left out."""
        return 0

    def sides(self, embeddings: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the vectors of the pairs' two items, each of shape (pairs, dimensions)."""
        return embeddings[self.left], embeddings[self.right]

    def labels_on(self, device: torch.device) -> torch.Tensor:
        """Return the labels on the device: shape (pairs,)."""
        return torch.from_numpy(self.labels).to(device)


class PairwiseObjective:
    """An objective on labelled pairs; a subclass defines the loss."""

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
        """Yield a step per batch of pairs; the shuffle mixes both labels."""
        for pairs in self._data.reader(share):
            items, (left, right) = unique_rows(pairs.item_a, pairs.item_b)
            yield PairStep(items, left, right, pairs.label.astype(np.float32))
