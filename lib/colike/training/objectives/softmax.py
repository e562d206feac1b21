"""The softmax objective: a linear layer tells from two vectors whether people like both."""

from collections.abc import Iterator

import torch

from colike.training.objectives.base import Share, TrainData
from colike.training.objectives.pairwise import PairStep, pair_steps


class SoftmaxObjective:
    """Cross-entropy of the label, given both vectors and their absolute difference.

    Reimers and Gurevych 2019, "Sentence-BERT"; the layer is thrown away after training.
    """

    default_epochs = 1
    default_learning_rate = 5e-5
    default_batch_size = 32
    in_batch = False

    def __init__(self, data: TrainData) -> None:
        self._data = data
        self.rows = len(data.pairs("train"))
        # Its input is as wide as three of the model's vectors, which the first batch shows.
        self.module: torch.nn.Module = torch.nn.Linear(3 * data.dimensions, 2)

    def steps(self, share: Share) -> Iterator[PairStep]:
        """One step per batch of pairs, both labels mixed as the shuffle has them."""
        return pair_steps(self._data, share)

    def loss(self, embeddings: torch.Tensor, step: PairStep) -> torch.Tensor:
        """The loss of the step's pairs."""
        logits = self.module(features(*step.sides(embeddings)))
        labels = step.labels_on(embeddings.device).long()
        return torch.nn.functional.cross_entropy(logits, labels)


def features(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Both vectors and their absolute difference: shape (pairs, 3 x dimensions)."""
    return torch.cat([left, right, (left - right).abs()], dim=1)
