"""The book's objective: the cosine of a pair should equal its label."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.training.objectives.base import Items, Share, TrainData, unique_rows


@dataclass(frozen=True)
class CosineStep:
    """Pairs as rows of the items, with their labels as floats."""

    items: Items
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    labels: NDArray[np.float32]


class CosineObjective:
    """Mean squared error between cosine and label over all training pairs."""

    default_epochs = 1
    default_learning_rate = 5e-5

    def __init__(self, data: TrainData) -> None:
        self._data = data
        self.rows = len(data.pairs("train"))

    def steps(self, share: Share) -> Iterator[CosineStep]:
        """One step per batch of pairs, both labels mixed as the shuffle has them."""
        for pairs in self._data.reader(share):
            items, (left, right) = unique_rows(pairs.item_a, pairs.item_b)
            yield CosineStep(items, left, right, pairs.label.astype(np.float32))

    def loss(self, embeddings: torch.Tensor, step: CosineStep) -> torch.Tensor:
        """The loss of the step's pairs."""
        labels = torch.from_numpy(step.labels).to(embeddings.device)
        return cosine_loss(embeddings[step.left], embeddings[step.right], labels)


def cosine_loss(left: torch.Tensor, right: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean of (cosine - label) squared (Hands-On LLMs, chapter 10: CosineSimilarityLoss).

    Args:
        left: unit vectors, shape (pairs, dimensions).
        right: unit vectors, shape (pairs, dimensions).
        labels: 0 or 1, shape (pairs,).

    Returns:
        A scalar.
    """
    return ((left * right).sum(dim=1) - labels).square().mean()
