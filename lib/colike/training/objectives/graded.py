"""The default: the softmax over a batch's cosines should match its co-like distribution.

Each anchor brings one positive; then every item of the batch is compared with every other, and
the target of a row is its Jaccard with the others, normalised. So a neighbour counts as much as
people like the two together, and there are no false negatives to mask.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.snapshot.manifest import ITEMS, SIMILARITY
from colike.training.anchors import Anchors
from colike.training.objectives.base import Items, Share, TrainData, drawn_with, unique_rows
from colike.training.readers.sampler import dealt
from colike.training.relations import JaccardIndex, Partners


@dataclass(frozen=True)
class GradedStep:
    """The distinct items of a batch and the Jaccard of each with each: shape (items, items)."""

    items: Items
    jaccard: NDArray[np.float32]

    @property
    def comparisons(self) -> int:
        """Return the couples of every item with every other."""
        return len(self.items) * (len(self.items) - 1)

    @property
    def masked(self) -> int:
        """Return 0: a label is how much people like two items together, not at all included."""
        return 0


class GradedObjective:
    """Cross-entropy between the in-batch Jaccard distribution and the softmax of the cosines.

    Anchors are drawn from the items with a positive by a power of their likes, not from pairs:
    a few popular items are in most pairs, and an item with one positive would hardly ever be
    an anchor. The positive is drawn in proportion to its Jaccard.
    """

    # Five thousand batches of 32 for about five thousand anchors: minutes on a GPU, and more than a
    # CPU manages in max_minutes.
    default_epochs = 30
    # Every text of a batch is compared with all others: steadier gradients than a pair's.
    default_learning_rate = 1e-4
    default_batch_size = 32
    in_batch = True
    module = None

    def __init__(self, data: TrainData) -> None:
        self._settings = data.settings
        pairs = data.pairs("train", label=1)
        self._positives = Partners.of(pairs.item_a, pairs.item_b, pairs.jaccard)
        self._jaccard = JaccardIndex.read(data.snapshot.files(SIMILARITY), self._positives.items)
        exponent = self._settings.anchor_exponent
        self._anchors = Anchors.read(data.snapshot.files(ITEMS), self._positives.items, exponent)
        self.rows = len(self._positives.items)
        self.mining = data.mining(self._positives.items)
        self.hard: Partners | None = None

    def steps(self, share: Share) -> Iterator[GradedStep]:
        """Yield a step per batch of anchors; an epoch has as many anchors as there are items."""
        seed = self._settings.seed
        orders = (self._anchors.epoch(seed, e) for e in range(share.epochs))
        batches = dealt(orders, share.batch_size, share.rank, share.world_size)
        for number, anchors in share.numbered(batches):
            rng = share.random(seed, number)
            positives = self._positives.draw(anchors, rng)
            hard = drawn_with(self.hard, anchors, rng)
            items, _ = unique_rows(anchors, positives, hard)
            yield GradedStep(items, self._jaccard.between(items, items))

    def loss(self, embeddings: torch.Tensor, step: GradedStep) -> torch.Tensor:
        """Return the loss of the step's items."""
        jaccard = torch.from_numpy(step.jaccard).to(embeddings.device)
        return graded_loss(embeddings @ embeddings.T / self._settings.temperature, jaccard)


def graded_loss(logits: torch.Tensor, jaccard: torch.Tensor) -> torch.Tensor:
    """Return the soft-target cross-entropy, averaged over items with any Jaccard.

    For item i: -sum over j of p(j|i) log q(j|i), where p is the Jaccard of i with the others,
    normalised to 1, and q the softmax of the logits over the others.

    Args:
        logits: cosine / temperature, shape (items, items).
        jaccard: symmetric, shape (items, items); the diagonal is ignored.

    Returns:
        A scalar; 0, with a gradient of 0, if no two items have a Jaccard.
    """
    itself = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
    weights = jaccard.masked_fill(itself, 0.0)
    total = weights.sum(dim=1, keepdim=True)
    # A zero in place of -inf: its weight is 0, and 0 times -inf would be nan.
    log_q = logits.masked_fill(itself, -torch.inf).log_softmax(dim=1).masked_fill(itself, 0.0)
    counted = total.squeeze(1) > 0
    if not bool(counted.any()):
        return logits.sum() * 0.0
    return -(weights / total.clamp_min(1e-12) * log_q).sum(dim=1)[counted].mean()
