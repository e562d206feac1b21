"""NPS@k: (likes - detractors) / rated, over the recommendations that have a test rating.

Pooled over all users; recommendations without a test rating are ignored, as in the book. So NPS
is conditional on being found: read it with found_per_user@k, which is recommendations with a
test rating / users.

One user's list finds a like, a passive and a detractor, another's a like:

>>> from colike.evaluation.metrics.base import example
>>> lists = example(liked=[[1, 0, 0], [1, 0, 0]], likes=[1, 1],
...                 rated=[[1, 1, 1], [1, 0, 0]], disliked=[[0, 0, 1], [0, 0, 0]])
>>> parts = nps(lists, k=3)
>>> parts.numerator.sum() / parts.denominator.sum() == (1 + 0 - 1 + 1) / 4
True
>>> found_per_user(lists, k=3).numerator.tolist()
[3.0, 1.0]
"""

import numpy as np

from colike.evaluation.judged import Judged
from colike.evaluation.metrics.base import Parts, mean_over_users


def nps(judged: Judged, k: int) -> Parts:
    """Return likes minus detractors, and recommendations with a test rating."""
    likes = judged.liked[:, :k].sum(axis=1)
    dislikes = judged.disliked[:, :k].sum(axis=1)
    found = judged.rated[:, :k].sum(axis=1)
    return Parts((likes - dislikes).astype(np.float64), found.astype(np.float64))


def found_per_user(judged: Judged, k: int) -> Parts:
    """Return each user's number of recommendations with a test rating."""
    return mean_over_users(judged.rated[:, :k].sum(axis=1).astype(np.float64))
