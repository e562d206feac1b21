"""MAP@k: sum of precision at each hit / min(k, test likes). MRR@k: 1 / rank of the first hit.

A user with 5 test likes and hits at ranks 1 and 3 has (1/1 + 2/3) / min(3, 5), and 1 / 1:

>>> from colike.evaluation.metrics.base import example
>>> lists = example(liked=[[1, 0, 1]], likes=[5])
>>> abs(average_precision(lists, k=3).numerator[0] - (1 / 1 + 2 / 3) / 3) < 1e-12
True
>>> reciprocal_rank(lists, k=3).numerator.tolist()
[1.0]
"""

import numpy as np

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def average_precision(judged: Judged, k: int) -> Parts:
    """Return each user's sum of precision at the hits, divided by min(k, test likes)."""
    hits = judged.liked[:, :k]
    at_rank = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return mean_over_users((at_rank * hits).sum(axis=1) / np.minimum(judged.likes, k))


def reciprocal_rank(judged: Judged, k: int) -> Parts:
    """Return 1 / rank of each user's first hit, 0 if there is none."""
    hits = judged.liked[:, :k]
    first = 1.0 / (1 + hits.argmax(axis=1))
    return mean_over_users(np.where(hits.any(axis=1), first, 0.0))
