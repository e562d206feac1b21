"""Multiple negatives ranking: an anchor's positive against all other candidates of the batch.

Henderson et al. 2017, "Efficient natural language response suggestion for smart reply"; with
explicit hard negatives as in Hands-On LLMs, chapter 10.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from colike.snapshot.manifest import SIMILARITY
from colike.training.objectives.base import Items, Share, TrainData, drawn_with, unique_rows
from colike.training.readers.base import KINDS
from colike.training.relations import JaccardIndex, Partners


@dataclass(frozen=True)
class RankingStep:
    """Anchors and candidates as rows of the items; candidate i is anchor i's positive."""

    items: Items
    anchors: NDArray[np.int64]
    candidates: NDArray[np.int64]
    #: Which candidates count for which anchor: shape (anchors, candidates).
    allowed: NDArray[np.bool_]

    @property
    def comparisons(self) -> int:
        """Return the couples of every anchor with its positive and its negatives."""
        return int(self.allowed.sum())

    @property
    def masked(self) -> int:
        """Return the number of candidates that would be false negatives."""
        return self.allowed.size - self.comparisons


class RankingObjective:
    """Cross-entropy of the positive among in-batch and hard negatives, at a temperature."""

    default_epochs = 1
    default_learning_rate = 5e-5
    default_batch_size = 32
    in_batch = True
    module = None

    def __init__(self, data: TrainData) -> None:
        self._data = data
        self._settings = data.settings
        self.rows = len(data.pairs("train", label=1))
        pairs = data.pairs("train")
        among = np.unique(np.concatenate([pairs.item_a, pairs.item_b]))
        self._jaccard = JaccardIndex.read(data.snapshot.files(SIMILARITY), among)
        hard = (pairs.label == 0) & (pairs.kind == KINDS.index("hard"))
        self.hard: Partners | None = Partners.of(
            pairs.item_a[hard], pairs.item_b[hard], np.ones(int(hard.sum()))
        )
        self.mining = data.mining(among)

    def steps(self, share: Share) -> Iterator[RankingStep]:
        """Yield a step per batch of positives; which item is the anchor is drawn for each pair."""
        for number, pairs in enumerate(self._data.reader(share, label=1), share.start):
            rng = share.random(self._settings.seed, number)
            swap = rng.random(len(pairs)) < 0.5
            anchors = np.where(swap, pairs.item_b, pairs.item_a)
            positives = np.where(swap, pairs.item_a, pairs.item_b)
            hard = drawn_with(self.hard, anchors, rng)
            candidates = np.concatenate([positives, hard])
            jaccard = self._jaccard.between(anchors, candidates)
            allowed = allowed_candidates(
                anchors, candidates, jaccard, self._settings.mask_above_jaccard
            )
            items, (anchor_rows, candidate_rows) = unique_rows(anchors, candidates)
            yield RankingStep(items, anchor_rows, candidate_rows, allowed)

    def loss(self, embeddings: torch.Tensor, step: RankingStep) -> torch.Tensor:
        """Return the loss of the step's anchors."""
        cosines = embeddings[step.anchors] @ embeddings[step.candidates].T
        allowed = torch.from_numpy(step.allowed).to(embeddings.device)
        return ranking_loss(cosines / self._settings.temperature, allowed)


def allowed_candidates(
    anchors: Items, candidates: Items, jaccard: NDArray[np.float32], bound: float
) -> NDArray[np.bool_]:
    """Return which candidates count for which anchor: its positive, and fair negatives.

    A candidate that is the anchor itself, its positive again, or has a Jaccard with it above the
    bound would be a false negative.

    Args:
        anchors: shape (anchors,).
        candidates: shape (candidates,), the first ones the anchors' positives.
        jaccard: between the two, shape (anchors, candidates).
        bound: the largest Jaccard of a negative.

    Returns:
        Shape (anchors, candidates), true on the diagonal.
    """
    positives = candidates[: len(anchors)]
    same = (candidates == anchors[:, None]) | (candidates == positives[:, None])
    allowed: NDArray[np.bool_] = ~same & (jaccard <= bound)
    np.fill_diagonal(allowed, val=True)
    return allowed


def ranking_loss(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Return the mean over anchors of -log softmax at the positive, over allowed candidates.

    Args:
        logits: cosine / temperature, shape (anchors, candidates), positives on the diagonal.
        allowed: same shape; other candidates do not count.

    Returns:
        A scalar.
    """
    masked = logits.masked_fill(~allowed, -torch.inf)
    return (masked.logsumexp(dim=1) - logits.diagonal()).mean()
