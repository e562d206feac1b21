"""nDCG@k: discounted gain / ideal discounted gain (Järvelin and Kekäläinen, 2002).

A like has gain 1; the ideal list begins with min(k, test likes) likes. One hit at rank 2 of a
user with two test likes gains 1/log2(3); the ideal is 1 + 1/log2(3):

>>> from math import log2
>>> from colike.evaluation.metrics.base import example
>>> value = ndcg(example(liked=[[0, 1]], likes=[2]), k=2).numerator[0]
>>> abs(value - (1 / log2(3)) / (1 + 1 / log2(3))) < 1e-12
True

In the graded variant a like has gain 2 and a passive 1. If the user's only passive is at rank 1
and the only like at rank 2, it is (1 + 2/log2(3)) / (2 + 1/log2(3)):

>>> lists = example(liked=[[0, 1]], likes=[1], rated=[[1, 1]], passives=[1])
>>> value = ndcg_graded(lists, k=2).numerator[0]
>>> abs(value - (1 + 2 / log2(3)) / (2 + 1 / log2(3))) < 1e-12
True
"""

import numpy as np

from colike.compute.arrays import Doubles
from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def ndcg(judged: Judged, k: int) -> Parts:
    """Return each user's discounted gain divided by the ideal one."""
    discounts = _discounts(k)
    gained = judged.liked[:, :k] @ discounts[: judged.liked.shape[1]]
    return mean_over_users(gained / _prefix(discounts)[np.minimum(judged.likes, k)])


def ndcg_graded(judged: Judged, k: int) -> Parts:
    """Return the same with gain 2 for a like and 1 for a passive."""
    discounts = _discounts(k)
    passive = judged.rated & ~judged.liked & ~judged.disliked
    gains = 2.0 * judged.liked[:, :k] + passive[:, :k]
    first = _prefix(discounts)
    likes = np.minimum(judged.likes, k)
    both = np.minimum(judged.likes + judged.passives, k)
    ideal = 2 * first[likes] + (first[both] - first[likes])
    return mean_over_users(gains @ discounts[: gains.shape[1]] / ideal)


def _discounts(k: int) -> Doubles:
    return np.asarray(1 / np.log2(np.arange(2, k + 2)), np.float64)


def _prefix(values: Doubles) -> Doubles:
    return np.concatenate([[0.0], np.cumsum(values)])
