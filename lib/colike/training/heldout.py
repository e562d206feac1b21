"""How well cosines tell held-out pairs apart; neither of their items is in a training pair."""

from typing import Any

import numpy as np

from colike.compute.arrays import Bools, Doubles
from colike.training.readers.base import KINDS, PairBatch


def evaluate(pairs: PairBatch, cosines: Doubles) -> dict[str, Any]:
    """Return all metrics of one model on held-out pairs; what cannot be computed is None.

    Args:
        pairs: the held-out pairs.
        cosines: the model's cosine of each, shape (pairs,).

    Returns:
        pairs, positives; auc and auc_by_kind (positives against the negatives of one kind);
        accuracy, precision, recall and f1 at `threshold`, the one with the largest F1 on these
        pairs; pearson and spearman of cosine and label; spearman_jaccard of cosine and Jaccard.
    """
    positive = pairs.label == 1
    by_kind = {}
    for code in np.unique(pairs.kind[~positive]):
        chosen = positive | (pairs.kind == code)
        by_kind[KINDS[code]] = auc(cosines[chosen], positive[chosen])
    threshold = best_threshold(cosines, positive)
    return {
        "pairs": len(pairs),
        "positives": int(positive.sum()),
        "auc": auc(cosines, positive),
        "auc_by_kind": by_kind,
        "threshold": threshold,
        **at_threshold(cosines, positive, threshold),
        "pearson": pearson(cosines, positive.astype(np.float64)),
        "spearman": spearman(cosines, positive.astype(np.float64)),
        "spearman_jaccard": spearman(cosines, pairs.jaccard),
    }


def ranks(values: Doubles) -> Doubles:
    """Return ranks from 1; equal values share the mean of their ranks.

    >>> ranks(np.array([0.3, 0.1, 0.3])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Doubles = last - (counts - 1) / 2
    return mean[place]


def auc(scores: Doubles, positive: Bools) -> float | None:
    """Return the share of (positive, negative) couples with the positive ahead; a tie is half.

    Mann-Whitney U over the number of couples; None unless there are both classes.

    >>> auc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False]))  # 3.5 of 4
    0.875
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return None
    u = ranks(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(u / (n_positive * n_negative))


def best_threshold(scores: Doubles, positive: Bools) -> float | None:
    """Return the threshold of the largest F1, the highest if several have it.

    It is chosen on the pairs that it is applied to, for every model alike: read F1 and accuracy as
    the best that the cosines allow, not as a forecast.

    >>> best_threshold(np.array([0.9, 0.5, 0.6, 0.1]), np.array([True, True, False, False]))
    0.5
    """
    if not positive.any():
        return None
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(positive[order])
    called = np.arange(1, len(scores) + 1)
    f1 = 2 * found / (called + int(positive.sum()))
    # Equal scores are called alike, so the ranking can be cut only after the last of them.
    cut = np.append(np.diff(scores[order]) != 0, True)
    return float(scores[order][int(np.argmax(np.where(cut, f1, -1.0)))])


def at_threshold(
    scores: Doubles, positive: Bools, threshold: float | None
) -> dict[str, float | None]:
    """Return accuracy, precision, recall and F1 if scores from the threshold up are positive.

    >>> at_threshold(np.array([0.9, 0.5, 0.6, 0.1]), np.array([True, True, False, False]), 0.5)
    {'accuracy': 0.75, 'precision': 0.6666666666666666, 'recall': 1.0, 'f1': 0.8}
    """
    if threshold is None:
        return dict.fromkeys(("accuracy", "precision", "recall", "f1"))
    called = scores >= threshold
    hits = int((called & positive).sum())
    return {
        "accuracy": float((called == positive).mean()),
        "precision": hits / max(int(called.sum()), 1),
        "recall": hits / int(positive.sum()),
        "f1": 2 * hits / (int(called.sum()) + int(positive.sum())),
    }


def pearson(left: Doubles, right: Doubles) -> float | None:
    """Return Pearson's correlation; None if either side is constant.

    >>> round(pearson(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])), 6)
    0.5
    """
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(np.corrcoef(left, right)[0, 1])


def spearman(left: Doubles, right: Doubles) -> float | None:
    """Return Spearman's correlation: Pearson's of the ranks.

    >>> spearman(np.array([1.0, 20.0, 300.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    return pearson(ranks(left), ranks(right))
