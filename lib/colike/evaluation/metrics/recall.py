"""Recall@k: test likes in the top k / test likes, mean over users.

A user with 4 test likes, 2 of them in the top 3:

>>> from colike.evaluation.metrics.base import example
>>> recall(example(liked=[[1, 0, 1]], likes=[4]), k=3).numerator.tolist()
[0.5]
"""

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def recall(judged: Judged, k: int) -> Parts:
    """Return the share of each user's test likes that is in the top k."""
    return mean_over_users(judged.liked[:, :k].sum(axis=1) / judged.likes)
