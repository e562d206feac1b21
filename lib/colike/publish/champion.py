"""Chooses the champion: the source that analysts see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import GATE, PublishConfig
from colike.config.section import ANCHORS, BEST
from colike.errors import ConfigError, QualityError
from colike.publish.gate import WHOLE, challengers
from colike.publish.moves import Present

HOLDOUT = "holdout"
COVERAGE = "coverage"
RECALL = "recall"


@dataclass(frozen=True)
class Champion:
    """A source, why it is the champion, and the gate's figures of every other one."""

    source: str
    reason: str
    figures: Mapping[str, float] = field(default_factory=dict)


def choose_champion(
    evaluation: DataFrame, settings: PublishConfig, now: Present | None
) -> Champion:
    """Return the source that the config names, or the best by its metric that passes the gate.

    Test ratings decide only between sources none of which analysts see, and only where nobody has a
    validation like; the reason says so. A champion that is measured never loses its place to them.

    Args:
        evaluation: Rows of one run's evaluation.
        settings: The config's publish section.
        now: The champion until now, None for the first publication.

    Raises:
        ConfigError: The named source was not evaluated.
        QualityError: Nobody has a test like, and the config names no source.
    """
    rows = evaluation.where((F.col(C.K) == settings.k) & F.col(C.VALUE).isNotNull()).toPandas()
    measured = _values(rows, HOLDOUT, settings)
    if not measured and evaluation.where(F.col(C.METRIC) == RECALL).isEmpty():
        if settings.champion != BEST:
            return Champion(settings.champion, "named in the config; nobody has a test like")
        raise QualityError(
            f"No source could be measured by {settings.metric}@{settings.k}: nobody has a like "
            "among the test ratings. Give more ratings, lower likes.at_least or raise "
            "split.test_share; or name a source in publish.champion, and its lists are published "
            "unmeasured."
        )
    if settings.champion != BEST:
        return _named(measured, settings)
    return _moved(rows, measured, settings, now)


def _moved(
    rows: pd.DataFrame,
    measured: Mapping[str, float],
    settings: PublishConfig,
    now: Present | None,
) -> Champion:
    """Return the champion that no config names: the present one, unless another one passes."""
    decided = _values(rows, GATE, settings)
    if now is not None and now.held and now.source in {**measured, **decided}:
        return Champion(now.source, "stays: it is held; colike champion --release lets it go")
    if now is None or settings.gate == "off":
        return _best(decided, measured, settings)
    present = now.source
    if present in decided:
        return _gated(rows, settings, present)
    if present in measured and not decided:
        return Champion(present, "stays: nothing was measured on validation ratings")
    best = _best(decided, measured, settings)
    figure = f"{settings.metric}@{settings.k}"
    return Champion(best.source, f"{present} has no {figure} to compare with; {best.reason}")


def _named(measured: Mapping[str, float], settings: PublishConfig) -> Champion:
    if settings.champion not in measured:
        raise ConfigError(
            f"publish.champion is {settings.champion!r}, which was not evaluated; evaluated are "
            f"{', '.join(measured)}."
        )
    value = measured[settings.champion]
    return Champion(
        settings.champion, f"named in the config; {settings.metric}@{settings.k} = {value:.4f}"
    )


def _best(
    decided: Mapping[str, float], measured: Mapping[str, float], settings: PublishConfig
) -> Champion:
    """Return the best on validation ratings; where nobody has any, on test ratings."""
    values, of = (decided, "validation") if decided else (measured, "test")
    if not values:
        raise ConfigError(f"publish.metric: no source was evaluated by {settings.metric}.")
    source = max(sorted(values), key=lambda name: values[name])
    measure = f"{settings.metric}@{settings.k} on {of} ratings"
    return Champion(source, f"best {measure} = {values[source]:.4f} of {len(values)} sources")


def _gated(rows: pd.DataFrame, settings: PublishConfig, present: str) -> Champion:
    """Return the challenger that gains most of those that pass, or the present champion."""
    found = challengers(rows[rows[C.PROTOCOL] == GATE], _coverage(rows), present, settings)
    figures = {name: value for one in found for name, value in one.figures.items()}
    passing = [one for one in found if one.fails(settings) is None]
    if not passing:
        best = found[0].fails(settings) if found else "no other source was measured"
        return Champion(present, f"stays: {best}", figures)
    winner = passing[0]
    gain = f"{winner.gain:+.4f} {settings.metric}@{settings.k}, at least {winner.low:+.4f}"
    if settings.gate == "dry_run":
        return Champion(
            present, f"stays by publish.gate; {winner.source} would win: {gain}", figures
        )
    return Champion(winner.source, f"better than {present} by {gain}", figures)


def _values(rows: pd.DataFrame, protocol: str, settings: PublishConfig) -> dict[str, float]:
    chosen = rows[
        (rows[C.PROTOCOL] == protocol)
        & (rows[C.SEGMENT] == WHOLE)
        & (rows[C.METRIC] == settings.metric)
        & rows[C.VERSUS].isna()
        & ~rows[C.SOURCE].isin(ANCHORS)
    ].sort_values([C.VALUE, C.SOURCE], ascending=[False, True])
    return dict(zip(chosen[C.SOURCE], chosen[C.VALUE], strict=True))


def _coverage(rows: pd.DataFrame) -> dict[str, float]:
    chosen = rows[(rows[C.PROTOCOL] == HOLDOUT) & (rows[C.METRIC] == COVERAGE)]
    return dict(zip(chosen[C.SOURCE], chosen[C.VALUE], strict=True))
