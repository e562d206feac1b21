"""Sums every metric's parts over users, for the sample and for all bootstrap replicates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Doubles
from colike.compute.ragged import padded, ragged
from colike.evaluation.bootstrap import poisson_weights
from colike.evaluation.judged import (
    Judged,
    Scale,
    TestRows,
    eligible_users,
    judge,
)
from colike.evaluation.lists import HASH, KNOWN_LIKES, POPULAR, TEST_ITEMS, TEST_RATINGS
from colike.evaluation.metrics import METRICS
from colike.evaluation.similar import ItemFacts, diversity, novelty

# Users by likes in the known history; bounds are inclusive.
SEGMENTS = {
    "all": (0, None),
    "likes_0_9": (0, 9),
    "likes_10_49": (10, 49),
    "likes_50_up": (50, None),
}
SUMS = (
    "source string, segment string, metric string, k int, replicate int, "
    "numerator double, denominator double"
)
Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Measure:
    """What to measure: depths k, rating scale, bootstrap replicates, facts about the items."""

    ks: tuple[int, ...]
    scale: Scale
    replicates: int
    facts: ItemFacts


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator of a metric: first the sample, then each replicate."""

    numerator: Doubles
    denominator: Doubles

    @property
    def values(self) -> Doubles:
        """The metric on the sample and on each replicate; NaN if nothing was counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.numerator / self.denominator)


def metric_sums(judged_input: DataFrame, measure: Measure) -> dict[Key, Sums]:
    """Return the sums by (source, segment, metric, k) on the driver: O(replicates) numbers each.

    Args:
        judged_input: Rows of `lists.judged_input`.
        measure: What to measure; every executor receives it once.
    """
    shared = judged_input.sparkSession.sparkContext.broadcast(measure)

    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _batch_sums(batch, shared.value)

    parts = judged_input.mapInArrow(add, SUMS)
    keys = [C.SOURCE, C.SEGMENT, C.METRIC, C.K]
    totals = parts.groupBy(*keys, "replicate").agg(
        F.sum("numerator").alias("numerator"), F.sum("denominator").alias("denominator")
    )
    rows = totals.toPandas().sort_values([*keys, "replicate"])
    return {
        (str(source), str(segment), str(metric), int(str(k))): Sums(
            group["numerator"].to_numpy(), group["denominator"].to_numpy()
        )
        for (source, segment, metric, k), group in rows.groupby(keys)
    }


def _batch_sums(batch: pa.RecordBatch, measure: Measure) -> Iterator[pa.RecordBatch]:
    sources = np.asarray(batch.column(C.SOURCE).to_pylist(), object)
    _, ratings = ragged(batch.column(TEST_RATINGS), np.float64)
    test = TestRows(*ragged(batch.column(TEST_ITEMS), np.int64), ratings)
    depth = max(measure.ks)
    lists = padded(batch.column(C.ITEMS), depth, -1)
    fallback = padded(batch.column(C.FALLBACK), depth, 0).astype(np.bool_)
    judged = judge(lists, fallback, padded(batch.column(POPULAR), depth, -1), test, measure.scale)
    kept = eligible_users(test, measure.scale)
    weights = poisson_weights(batch.column(HASH).to_numpy()[kept], measure.replicates)
    likes = batch.column(KNOWN_LIKES).to_numpy()[kept]
    for source, (segment, (low, high)) in product(sorted(set(sources)), SEGMENTS.items()):
        mine = (sources[kept] == source) & (likes >= low)
        mine &= True if high is None else likes <= high
        if mine.any():
            some = Judged(**{name: array[mine] for name, array in vars(judged).items()})
            yield from _segment_sums(some, weights[mine], source, segment, measure)


def _segment_sums(
    judged: Judged, weights: Doubles, source: str, segment: str, measure: Measure
) -> Iterator[pa.RecordBatch]:
    for k in measure.ks:
        parts = {name: metric(judged, k) for name, metric in METRICS.items()}
        if segment == "all":
            parts["novelty"] = novelty(judged, k, measure.facts)
            parts["diversity"] = diversity(judged, k, measure.facts)
        for name, part in parts.items():
            count = weights.shape[1]
            columns = [
                pa.array([source] * count),
                pa.array([segment] * count),
                pa.array([name] * count),
                pa.array(np.full(count, k, np.int32)),
                pa.array(np.arange(count, dtype=np.int32)),
                pa.array(part.numerator @ weights),
                pa.array(part.denominator @ weights),
            ]
            names = [field.split(" ")[0] for field in SUMS.split(", ")]
            yield pa.RecordBatch.from_arrays(columns, names=names)
