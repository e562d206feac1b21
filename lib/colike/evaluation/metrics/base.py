"""A ranking metric: a numerator and a denominator per user, summed and then divided."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from colike.compute.arrays import Bools, Doubles, Longs
from colike.evaluation.judged import NOWHERE, Judged


@dataclass(frozen=True)
class Parts:
    """Per user; the metric is sum(numerator) / sum(denominator), weighted in a replicate."""

    numerator: Doubles
    denominator: Doubles


class Metric(Protocol):
    """A function of judged lists and a depth k."""

    def __call__(self, judged: Judged, k: int) -> Parts:
        """Return the metric's parts for every judged user."""
        ...


def mean_over_users(values: Doubles) -> Parts:
    """Return the parts of a mean over users: the denominator is 1."""
    return Parts(values.astype(np.float64), np.ones(len(values)))


def example(
    liked: list[list[int]],
    likes: list[int],
    rated: list[list[int]] | None = None,
    disliked: list[list[int]] | None = None,
    passives: list[int] | None = None,
) -> Judged:
    """Return judged lists for worked examples, from 0/1 rows in list order."""
    liked_rows = np.array(liked, bool)
    rated_rows = liked_rows if rated is None else np.array(rated, bool)
    nothing: Bools = np.zeros_like(liked_rows)
    items: Longs = np.arange(liked_rows.size).reshape(liked_rows.shape)
    return Judged(
        items=items,
        there=~nothing,
        rated=rated_rows,
        liked=liked_rows,
        disliked=nothing if disliked is None else np.array(disliked, bool),
        fallback=nothing,
        popular_rank=np.full_like(items, NOWHERE),
        likes=np.array(likes),
        passives=np.array(passives or [0] * len(likes)),
    )
