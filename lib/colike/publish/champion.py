"""Chooses the champion: the source that analysts see."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import BEST, PublishConfig
from colike.errors import ConfigError, QualityError

RECALL = "recall"


@dataclass(frozen=True)
class Champion:
    """A source, and why it is the champion."""

    source: str
    reason: str


def choose_champion(evaluation: DataFrame, settings: PublishConfig) -> Champion:
    """Return the source that the config names, or the best by its metric on the last evaluation.

    Args:
        evaluation: Rows of one run's evaluation.
        settings: The config's publish section.

    Raises:
        ConfigError: The named source, or the metric, was not evaluated.
        QualityError: Nobody has a test like, and the config names no source.
    """
    chosen = (
        (F.col(C.PROTOCOL) == "holdout")
        & (F.col(C.SEGMENT) == "all")
        & (F.col(C.METRIC) == settings.metric)
        & (F.col(C.K) == settings.k)
        & F.col(C.VERSUS).isNull()
        & F.col(C.VALUE).isNotNull()
    )
    rows = evaluation.where(chosen).orderBy(F.desc(C.VALUE), C.SOURCE).collect()
    values = {row[C.SOURCE]: row[C.VALUE] for row in rows}
    measure = f"{settings.metric}@{settings.k}"
    # Recall is measured of whomever has a test like.
    if not values and evaluation.where(F.col(C.METRIC) == RECALL).isEmpty():
        if settings.champion != BEST:
            return Champion(settings.champion, "named in the config; nobody has a test like")
        raise QualityError(
            f"No source could be measured by {measure}: nobody has a like among the test ratings. "
            "Give more ratings, lower likes.at_least or raise split.test_share; or name a source "
            "in publish.champion, and its lists are published unmeasured."
        )
    if not values:
        raise ConfigError(f"publish.metric: no source was evaluated by {measure}.")
    if settings.champion == BEST:
        source = rows[0][C.SOURCE]
        return Champion(source, f"best {measure} = {values[source]:.4f} of {len(values)} sources")
    if settings.champion not in values:
        raise ConfigError(
            f"publish.champion is {settings.champion!r}, which was not evaluated; evaluated are "
            f"{', '.join(values)}."
        )
    value = values[settings.champion]
    return Champion(settings.champion, f"named in the config; {measure} = {value:.4f}")
