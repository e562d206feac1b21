"""The softmax objective: a linear layer tells from two vectors whether people like both."""

import torch

from colike.training.objectives.base import TrainData
from colike.training.objectives.pairwise import PairStep, PairwiseObjective


class SoftmaxObjective(PairwiseObjective):
    """Cross-entropy of the label, given both vectors and their absolute difference.

    Reimers and Gurevych 2019, "Sentence-BERT"; the layer is discarded after training.
    """

    def __init__(self, data: TrainData) -> None:
        super().__init__(data)
        self.module: torch.nn.Module = torch.nn.Linear(3 * data.dimensions, 2)

    def loss(self, embeddings: torch.Tensor, step: PairStep) -> torch.Tensor:
        """Return the loss of the step's pairs."""
        logits = self.module(features(*step.sides(embeddings)))
        labels = step.labels_on(embeddings.device).long()
        return torch.nn.functional.cross_entropy(logits, labels)


def features(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Return both vectors and their absolute difference: shape (pairs, 3 x dimensions)."""
    return torch.cat([left, right, (left - right).abs()], dim=1)
