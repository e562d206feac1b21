"""Precision@k: test likes in the top k / k, mean over users. Hit rate@k: share of users with one.

>>> from colike.evaluation.metrics.base import example
>>> lists = example(liked=[[1, 0, 1, 0], [0, 0, 0, 0]], likes=[4, 1])
>>> precision(lists, k=4).numerator.tolist()
[0.5, 0.0]
>>> hit_rate(lists, k=4).numerator.tolist()
[1.0, 0.0]
"""

import numpy as np

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def precision(judged: Judged, k: int) -> Parts:
    """Return each user's test likes in the top k, divided by k."""
    return mean_over_users(judged.liked[:, :k].sum(axis=1) / k)


def hit_rate(judged: Judged, k: int) -> Parts:
    """Return 1 for a user with a test like in the top k, else 0."""
    return mean_over_users(judged.liked[:, :k].any(axis=1).astype(np.float64))
