"""Metrics of the whole catalogue: coverage, Gini coefficient of exposure, cold share."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C

Counts = npt.NDArray[np.int64]


def exposures(
    recommendations: DataFrame, items: DataFrame, ks: tuple[int, ...]
) -> Iterator[tuple[str, int, Counts]]:
    """Yield source, k, and how often each item (by item_idx) is in the top k."""
    index = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
    within = [F.sum((F.col(C.RANK) <= k).cast("bigint")).alias(str(k)) for k in ks]
    counted = recommendations.join(index, on=C.ITEM_ID, how="inner")
    rows = counted.groupBy(C.SOURCE, C.ITEM_IDX).agg(*within).toPandas()
    size = items.count()
    for source, group in rows.groupby(C.SOURCE):
        for k in ks:
            counts = np.zeros(size, np.int64)
            counts[group[C.ITEM_IDX].to_numpy()] = group[str(k)].to_numpy()
            yield str(source), k, counts


def coverage(counts: Counts) -> int:
    """Return how many items are recommended at least once.

    >>> coverage(np.array([3, 0, 1]))
    2
    """
    return int((counts > 0).sum())


def gini(counts: Counts) -> float:
    """Return the Gini coefficient of exposure: 0 if all are equal, near 1 if one item gets all.

    >>> gini(np.array([1, 1, 1, 1]))
    0.0
    >>> gini(np.array([0, 0, 0, 4])) == (4 - 1) / 4
    True
    """
    total = counts.sum()
    if total == 0:
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float(
        2 * (ranks * np.sort(counts)).sum() / (len(counts) * total)
        - (len(counts) + 1) / len(counts)
    )


def cold_share(counts: Counts, likes: Counts) -> float:
    """Return the share of recommendations that are items without train likes.

    >>> cold_share(np.array([3, 1]), np.array([5, 0]))
    0.25
    """
    total = counts.sum()
    return float(counts[likes == 0].sum() / total) if total else 0.0
