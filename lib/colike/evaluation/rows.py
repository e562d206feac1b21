"""Turns sums and counts into rows of table evaluation."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Doubles
from colike.evaluation.bootstrap import interval
from colike.evaluation.sums import Key, Sums

# Metrics that are compared with the baseline's.
COMPARED = ("recall", "ndcg", "nps")


@dataclass(frozen=True)
class Figure:
    """One row of table evaluation, without its run."""

    source: str
    protocol: str
    segment: str
    metric: str
    k: int
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    versus: str | None = None


def figures(sums: Mapping[Key, Sums], protocol: str, baseline: str) -> Iterator[Figure]:
    """Yield each metric with its interval, and its ratio to and difference from the baseline's.

    Both have paired intervals: all sources are measured on the same resamples.
    """
    for (source, segment, metric, k), own in sums.items():
        n = round(float(own.denominator[0]))
        yield _figure(source, protocol, segment, metric, k, own.values, n, None)
        other = sums.get((baseline, segment, metric, k))
        if metric in COMPARED and other is not None and source != baseline:
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = own.values / other.values
            yield _figure(source, protocol, segment, metric, k, ratio, n, baseline)
            difference = own.values - other.values
            named = difference_of(metric)
            yield _figure(source, protocol, segment, named, k, difference, n, baseline)


def gate_figures(sums: Mapping[Key, Sums], protocol: str) -> Iterator[Figure]:
    """Yield each compared metric, and its difference from that of every other source."""
    for (source, segment, metric, k), own in sums.items():
        if metric not in COMPARED:
            continue
        n = round(float(own.denominator[0]))
        yield _figure(source, protocol, segment, metric, k, own.values, n, None)
        for other, *rest in sums:
            if other != source and rest == [segment, metric, k]:
                difference = own.values - sums[other, segment, metric, k].values
                named = difference_of(metric)
                yield _figure(source, protocol, segment, named, k, difference, n, other)


def difference_of(metric: str) -> str:
    """Return the name under which differences of a metric are kept.

    >>> difference_of("recall")
    'recall_difference'
    """
    return f"{metric}_difference"


def counted(source: str, metric: str, k: int, value: float, n: int) -> Figure:
    """Return a figure of the whole catalogue, which has no interval."""
    return Figure(source, "holdout", "all", metric, k, value, None, None, n)


def pair_figures(source: str, metrics: Mapping[str, object]) -> Iterable[Figure]:
    """Yield an embedder's metrics on held-out pairs, as the training worker wrote them."""
    pairs = metrics.get("pairs", 0)
    n = int(pairs) if isinstance(pairs, int | float) else 0
    named = ("auc", "accuracy", "precision", "recall", "f1", "pearson", "spearman")
    for name in named:
        value = metrics.get(name)
        if isinstance(value, int | float):
            yield Figure(source, "pairs", "all", name, 0, _known(float(value)), None, None, n)
    by_kind = metrics.get("auc_by_kind")
    if isinstance(by_kind, Mapping):
        for kind, value in by_kind.items():
            yield Figure(source, "pairs", str(kind), "auc", 0, _known(value), None, None, n)


def _figure(
    source: str, protocol: str, segment: str, metric: str, k: int,
    values: Doubles, n: int, versus: str | None,
) -> Figure:  # fmt: skip
    finite = np.where(np.isfinite(values), values, math.nan)
    low, high = interval(finite[1:])
    return Figure(
        source, protocol, segment, metric, k,
        _known(float(finite[0])), _known(low), _known(high), n, versus,
    )  # fmt: skip


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
