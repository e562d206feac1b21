"""The contrastive objective: positives at a distance of 0, negatives beyond a margin."""

import torch

from colike.training.objectives.pairwise import PairStep, PairwiseObjective

#: Distance is 1 - cosine, from 0 to 2; unrelated texts of a trained embedder have about 1.
MARGIN = 0.5


class ContrastiveObjective(PairwiseObjective):
    """Squared distance of positives, and squared shortfall of negatives from the margin."""

    def loss(self, embeddings: torch.Tensor, step: PairStep) -> torch.Tensor:
        """Return the loss of the step's pairs."""
        return contrastive_loss(*step.sides(embeddings), step.labels_on(embeddings.device))


def contrastive_loss(
    left: torch.Tensor, right: torch.Tensor, labels: torch.Tensor, margin: float = MARGIN
) -> torch.Tensor:
    """Return the mean of (y d^2 + (1 - y) max(0, margin - d)^2) / 2, with d = 1 - cosine.

    Hadsell, Chopra, LeCun 2006, "Dimensionality reduction by learning an invariant mapping".

    Args:
        left: unit vectors, shape (pairs, dimensions).
        right: unit vectors, shape (pairs, dimensions).
        labels: 0 or 1, shape (pairs,).
        margin: negatives farther apart than this do not count.

    Returns:
        A scalar.
    """
    distance = 1.0 - (left * right).sum(dim=1)
    short = (margin - distance).clamp_min(0.0)
    return (labels * distance.square() + (1.0 - labels) * short.square()).mean() / 2.0
