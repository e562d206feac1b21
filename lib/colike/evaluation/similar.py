"""Novelty and diversity: metrics that need facts about the items.

Novelty@k: mean over recommendations of -log2 of the share of users who like the item (train
likes; an item without any counts as having one). Diversity@k: 1 - mean pairwise cosine of the
list's items in the base embedder, mean over users with two items or more.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Doubles
from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts

ROWS = 1024


@dataclass(frozen=True)
class ItemFacts:
    """By item_idx: share of users who like the item, and its unit vector (no rows: no vectors)."""

    liked_share: Doubles
    vectors: npt.NDArray[np.float32]


def novelty(judged: Judged, k: int, facts: ItemFacts) -> Parts:
    """Return the parts of novelty@k, in bits per recommendation.

    >>> from colike.evaluation.metrics.base import example
    >>> facts = ItemFacts(np.array([0.5, 0.125]), np.zeros((0, 0), np.float32))
    >>> parts = novelty(example(liked=[[1, 1]], likes=[2]), 2, facts)
    >>> parts.numerator[0] / parts.denominator[0] == (1 + 3) / 2
    True
    """
    there = judged.there[:, :k]
    bits = -np.log2(facts.liked_share[np.where(there, judged.items[:, :k], 0)])
    return Parts((bits * there).sum(axis=1), there.sum(axis=1).astype(np.float64))


def diversity(judged: Judged, k: int, facts: ItemFacts) -> Parts:
    """Return the parts of diversity@k.

    The cosines of all ordered pairs of n unit vectors with sum s add up to |s|^2 - n:

    >>> from colike.evaluation.metrics.base import example
    >>> facts = ItemFacts(np.ones(2), np.array([[1, 0], [0, 1]], np.float32))
    >>> diversity(example(liked=[[1, 1]], likes=[2]), 2, facts).numerator.tolist()
    [1.0]
    """
    users = len(judged.items)
    if not len(facts.vectors) or k < 2:
        return Parts(np.zeros(users), np.zeros(users))
    values = np.zeros(users)
    counts = judged.there[:, :k].sum(axis=1)
    for start in range(0, users, ROWS):
        rows = slice(start, start + ROWS)
        there = judged.there[rows, :k]
        items = np.where(there, judged.items[rows, :k], 0)
        chosen = facts.vectors[items].astype(np.float64) * there[:, :, None]
        total = chosen.sum(axis=1)
        own = (chosen**2).sum(axis=(1, 2))
        pairs = np.maximum(counts[rows] * (counts[rows] - 1), 1)
        values[rows] = 1 - ((total**2).sum(axis=1) - own) / pairs
    measured = (counts > 1).astype(np.float64)
    return Parts(values * measured, measured)
