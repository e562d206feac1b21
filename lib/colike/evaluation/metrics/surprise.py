"""Serendipity@k and fallback share@k.

Serendipity: likes found that popularity's top k lacks, mean over users. Fallback share:
recommendations that were filled up from the popular list, over all.

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
    """Return each user's likes among the top k that popularity's own top k lacks."""
    found = judged.liked[:, :k] & (judged.popular_rank[:, :k] > k)
    return mean_over_users(found.sum(axis=1).astype(np.float64))


def fallback_share(judged: Judged, k: int) -> Parts:
    """Return recommendations that fell back on popularity, over all recommendations."""
    filled = (judged.fallback & judged.there)[:, :k].sum(axis=1)
    return Parts(filled.astype(np.float64), judged.there[:, :k].sum(axis=1).astype(np.float64))
