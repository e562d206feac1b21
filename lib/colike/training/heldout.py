"""How well cosines tell held-out pairs apart: both items were in no training pair."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colike.training.readers.base import KINDS, PairBatch

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def evaluate(pairs: PairBatch, cosines: Floats) -> dict[str, Any]:
    """All figures of one model on held-out pairs; what cannot be computed is None.

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


def ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs.

    >>> ranks(np.array([0.3, 0.1, 0.3])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Floats = last - (counts - 1) / 2
    return mean[place]


def auc(scores: Floats, positive: Bools) -> float | None:
    """The share of (positive, negative) couples with the positive ahead; a tie counts half.

    Mann-Whitney U over the number of couples; None without both classes.

    >>> auc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False]))  # 3.5 of 4
    0.875
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return None
    u = ranks(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(u / (n_positive * n_negative))


def best_threshold(scores: Floats, positive: Bools) -> float | None:
    """The score from which on to say "positive" for the largest F1; the highest such score.

    It is chosen on the pairs that it is used on, for every model alike: read F1 and accuracy as
    what the cosines could give, not as a forecast.

    >>> best_threshold(np.array([0.9, 0.5, 0.6, 0.1]), np.array([True, True, False, False]))
    0.5
    """
    if not positive.any():
        return None
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(positive[order])
    said = np.arange(1, len(scores) + 1)
    f1 = 2 * found / (said + int(positive.sum()))
    # Equal scores are said together: only the last of them is a place to cut.
    cut = np.append(np.diff(scores[order]) != 0, True)
    return float(scores[order][int(np.argmax(np.where(cut, f1, -1.0)))])


def at_threshold(
    scores: Floats, positive: Bools, threshold: float | None
) -> dict[str, float | None]:
    """Accuracy, precision, recall and F1 of saying "positive" at or above the threshold.

    >>> at_threshold(np.array([0.9, 0.5, 0.6, 0.1]), np.array([True, True, False, False]), 0.5)
    {'accuracy': 0.75, 'precision': 0.6666666666666666, 'recall': 1.0, 'f1': 0.8}
    """
    if threshold is None:
        return dict.fromkeys(("accuracy", "precision", "recall", "f1"))
    said = scores >= threshold
    hits = int((said & positive).sum())
    return {
        "accuracy": float((said == positive).mean()),
        "precision": hits / max(int(said.sum()), 1),
        "recall": hits / int(positive.sum()),
        "f1": 2 * hits / (int(said.sum()) + int(positive.sum())),
    }


def pearson(left: Floats, right: Floats) -> float | None:
    """Pearson's correlation; None where a side does not vary.

    >>> round(pearson(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])), 6)
    0.5
    """
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(np.corrcoef(left, right)[0, 1])


def spearman(left: Floats, right: Floats) -> float | None:
    """Spearman's correlation: Pearson's of the ranks.

    >>> spearman(np.array([1.0, 20.0, 300.0]), np.array([0.1, 0.2, 0.3]))
    1.0
    """
    return pearson(ranks(left), ranks(right))
