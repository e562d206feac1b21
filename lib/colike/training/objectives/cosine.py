"""The book's objective: the cosine of a pair should equal its label."""

from collections.abc import Iterator

import torch

from colike.training.objectives.base import Share, TrainData
from colike.training.objectives.pairwise import PairStep, pair_steps


class CosineObjective:
    """Mean squared error between cosine and label over all training pairs."""

    default_epochs = 1
    default_learning_rate = 5e-5
    default_batch_size = 32
    in_batch = False
    module = None

    def __init__(self, data: TrainData) -> None:
        self._data = data
        self.rows = len(data.pairs("train"))

    def steps(self, share: Share) -> Iterator[PairStep]:
        """One step per batch of pairs, both labels mixed as the shuffle has them."""
        return pair_steps(self._data, share)

    def loss(self, embeddings: torch.Tensor, step: PairStep) -> torch.Tensor:
        """The loss of the step's pairs."""
        return cosine_loss(*step.sides(embeddings), step.labels_on(embeddings.device))


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
