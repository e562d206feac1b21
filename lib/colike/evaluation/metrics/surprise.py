"""Serendipity@k: likes found that popularity's top k lacks, mean over users.
Fallback share@k: recommendations that were filled from the popular list.

>>> from dataclasses import replace
>>> import numpy as np
>>> from colike.evaluation.metrics.base import example
>>> lists = example(liked=[[1, 1, 0]], likes=[2])
>>> lists = replace(lists, popular=np.array([[False, True, False]]))
>>> serendipity(lists, k=3).numerator.tolist()
[1.0]
"""

import numpy as np

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def serendipity(judged: Judged, k: int) -> Parts:
    """Return each user's likes among the top k that the popular list of that depth lacks."""
    found = judged.liked[:, :k] & ~judged.popular[:, :k]
    return mean_over_users(found.sum(axis=1).astype(np.float64))


def fallback_share(judged: Judged, k: int) -> Parts:
    """Return recommendations that fell back on popularity, over all recommendations."""
    filled = (judged.fallback & judged.there)[:, :k].sum(axis=1)
    return Parts(filled.astype(np.float64), judged.there[:, :k].sum(axis=1).astype(np.float64))
