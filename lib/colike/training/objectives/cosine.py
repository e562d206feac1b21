"""The book's objective: the cosine of a pair should equal its label."""

import torch

from colike.training.objectives.pairwise import PairStep, PairwiseObjective


class CosineObjective(PairwiseObjective):
    """Mean squared error between cosine and label over all training pairs."""

    def loss(self, embeddings: torch.Tensor, step: PairStep) -> torch.Tensor:
        """Return the loss of the step's pairs."""
        return cosine_loss(*step.sides(embeddings), step.labels_on(embeddings.device))


def cosine_loss(left: torch.Tensor, right: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean of (cosine - label) squared.

    CosineSimilarityLoss of Hands-On LLMs, chapter 10.

    Args:
        left: unit vectors, shape (pairs, dimensions).
        right: unit vectors, shape (pairs, dimensions).
        labels: 0 or 1, shape (pairs,).

    Returns:
        A scalar.
    """
    return ((left * right).sum(dim=1) - labels).square().mean()
