"""Whether the anchors of a leaderboard are in their places; where not, the figures are wrong.

Each rule holds for all honest data, whatever the sources are (docs/method.md, Anchors): two of them
exactly, the third but for a chance of one in a billion.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.section import ORACLE, RANDOM, SHUFFLED
from colike.errors import EvaluationError
from colike.evaluation.lists import TEST_RATINGS
from colike.evaluation.sums import Key, Sums

WHOLE = "all"
ROUNDING = 1e-9
# Chance of calling a difference sure that is none.
CHANCE = 1e-9
AGAIN = "make them again (colike run --from recommend)"


def attainable(tests: DataFrame, like_at_least: float, ks: Sequence[int]) -> dict[int, float]:
    """Return by k the recall of lists that begin with the user's test likes: min(k, n) / n.

    Args:
        tests: Rows of `lists.user_tests`; at least one with a like.
        like_at_least: The lowest rating that is a like.
        ks: Lengths of lists.
    """
    likes = F.size(F.filter(TEST_RATINGS, lambda rating: rating >= like_at_least)).alias(C.LIKES)
    shares = (F.avg(F.least(F.lit(k), F.col(C.LIKES)) / F.col(C.LIKES)).alias(str(k)) for k in ks)
    (row,) = tests.select(likes).where(F.col(C.LIKES) > 0).agg(*shares).collect()
    return {k: float(row[str(k)]) for k in ks}


@dataclass(frozen=True)
class Figures:
    """Sums of several lists over the same users, and what is `attainable` for them."""

    sums: Mapping[Key, Sums]
    most: Mapping[int, float]

    def value(self, source: str, metric: str, k: int) -> float:
        """Return a metric over all of the users."""
        return float(self.sums[source, WHOLE, metric, k].values[0])


def require_places(sources: Figures, anchors: Figures, popular: str | None) -> None:
    """Refuse figures of which an anchor is out of its place.

    Args:
        sources: The figures of all sources.
        anchors: Those of the anchors, whose users may be a part of all.
        popular: The source that lists what has most train likes, whatever its user likes; None
            where none does.

    Raises:
        EvaluationError: The oracle misses test likes, a source finds more than the oracle, or lists
            that know nothing of their users find surely more than the popular ones.
    """
    for k, share in anchors.most.items():
        found = anchors.value(ORACLE, "recall", k)
        if abs(found - share) > ROUNDING:
            raise EvaluationError(
                f"The oracle finds recall@{k} = {found:.4f} where {share:.4f} can be found: users "
                "have seen test likes in history known, so test ratings leak into what lists are "
                "made from; run the chain again from ingest (colike run --from ingest)."
            )
    for source, segment, metric, k in sources.sums:
        if metric != "recall" or segment != WHOLE:
            continue
        found, share = sources.value(source, metric, k), sources.most[k]
        if found > share + ROUNDING:
            raise EvaluationError(
                f"Source {source} finds recall@{k} = {found:.4f}, more than the oracle's "
                f"{share:.4f}, which lists the test likes themselves: its lists have items "
                f"twice; {AGAIN}."
            )
    deepest = max(sources.most)
    if popular is None or (popular, WHOLE, "precision", deepest) not in sources.sums:
        return
    theirs = sources.value(popular, "precision", deepest)
    for anchor in (RANDOM, SHUFFLED):
        found = anchors.value(anchor, "precision", deepest)
        users = round(float(anchors.sums[anchor, WHOLE, "precision", deepest].denominator[0]))
        if found - theirs > largest_chance(found + theirs, users):
            raise EvaluationError(
                f"Lists that know nothing of their users (anchor {anchor}) find precision@{deepest}"
                f" = {found:.4f}, surely more than the {theirs:.4f} of source {popular}: its lists "
                f"leave out what users like, as if made with test ratings as seen; {AGAIN}."
            )


def largest_chance(variance: float, users: int) -> float:
    """Return what a mean over users exceeds its expectation by with a chance of CHANCE.

    Bernstein's inequality for differences of two shares, which are between -1 and 1; the sum of the
    two means is at least their variance.

    >>> round(largest_chance(0.1, 10_000), 3)
    0.022
    """
    rate = -math.log(CHANCE) / max(users, 1)
    reach = 2 * rate / 3
    return reach + math.sqrt(reach**2 + 2 * variance * rate)


def best_of(sums: Mapping[Key, Sums]) -> str | None:
    """Return the source with the best recall at the largest k, None where nothing was measured."""
    recall = {
        (k, float(np.nan_to_num(own.values[0])), source): source
        for (source, segment, metric, k), own in sums.items()
        if metric == "recall" and segment == WHOLE
    }
    return recall[max(recall)] if recall else None
