"""Serendipity@k and fallback share@k.

Serendipity: test likes in the top k that are not in popularity's own top k, mean over users.
Fallback share: recommendations filled in from the popular list / all recommendations.

>>> from dataclasses import replace
>>> import numpy as np
>>> from colike.evaluation.metrics.base import example
>>> lists = example(liked=[[1, 1, 0]], likes=[2])
>>> lists = replace(lists, popular_rank=np.array([[7, 2, 1]]))
>>> serendipity(lists, k=3).numerator.tolist()
[1.0]
"""

import numpy as np

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def serendipity(judged: Judged, k: int) -> Parts:
    """Return each user's number of hits that are not in popularity's own top k."""
    found = judged.liked[:, :k] & (judged.popular_rank[:, :k] > k)
    return mean_over_users(found.sum(axis=1).astype(np.float64))


def fallback_share(judged: Judged, k: int) -> Parts:
    """Return fallbacks, and all recommendations."""
    filled = (judged.fallback & judged.there)[:, :k].sum(axis=1)
    return Parts(filled.astype(np.float64), judged.there[:, :k].sum(axis=1).astype(np.float64))
