"""Measures the recall of MinHash against the exact pairs of some items."""

from dataclasses import dataclass
from functools import reduce
from math import comb

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes
from colike.similarity.banding import Banding
from colike.similarity.jaccard import similarity_rows

EDGES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
SAMPLED, OTHER, BUCKET = "sampled", "other", "bucket"


@dataclass(frozen=True)
class BucketRecall:
    """Pairs with a Jaccard in [low, high), or [low, 1] in the last bucket: how many, and found.

    `expected` is the mean probability, given each pair's Jaccard, that the banding finds it.
    """

    low: float
    high: float
    pairs: int
    found: int
    expected: float


def exact_sample(
    likes: TrainLikes, margins: DataFrame, sample: DataFrame, min_colikes: int, min_jaccard: float
) -> DataFrame:
    """Return all pairs within the bounds that have an item in `sample` (item_idx), exactly."""
    single = single_likes(likes).withColumnRenamed(C.ITEM_IDX, OTHER)
    mine = single.join(
        F.broadcast(sample.select(F.col(C.ITEM_IDX).alias(OTHER))), on=OTHER, how="left_semi"
    ).withColumnRenamed(OTHER, SAMPLED)
    both = mine.join(single, on=C.USER_ID, how="inner").where(F.col(SAMPLED) != F.col(OTHER))
    counts = both.groupBy(SAMPLED, OTHER).agg(F.count(F.lit(1)).alias(C.COLIKES))
    # A pair of two sampled items is counted from both sides.
    pairs = counts.select(
        F.least(SAMPLED, OTHER).alias(C.ITEM_A), F.greatest(SAMPLED, OTHER).alias(C.ITEM_B),
        C.COLIKES,
    ).distinct()  # fmt: skip
    return similarity_rows(pairs, margins, min_colikes, min_jaccard)


def recall_by_bucket(exact: DataFrame, found: DataFrame, banding: Banding) -> list[BucketRecall]:
    """Return the recall of `found` by Jaccard bucket, for buckets with exact pairs.

    Args:
        exact: item_a, item_b and jaccard of some pairs.
        found: item_a and item_b of the pairs that the engine found.
        banding: The banding that the engine used.
    """
    hit = found.select(C.ITEM_A, C.ITEM_B, F.lit(1).alias("hit"))
    marked = exact.join(hit, on=[C.ITEM_A, C.ITEM_B], how="left")
    above = [(F.col(C.JACCARD) >= edge).cast("int") for edge in EDGES[1:-1]]
    rows = (
        marked.groupBy(reduce(Column.__add__, above).alias(BUCKET))
        .agg(
            F.count(F.lit(1)).alias("pairs"),
            F.count("hit").alias("found"),
            F.avg(_chance(banding)).alias("expected"),
        )
        .orderBy(BUCKET)
        .collect()
    )
    return [
        BucketRecall(low, high, row["pairs"], row["found"], row["expected"])
        for row in rows
        for low, high in (EDGES[row[BUCKET] : row[BUCKET] + 2],)
    ]


def _chance(banding: Banding) -> Column:
    """Return `Banding.recall` of the column jaccard."""
    same = F.pow(F.col(C.JACCARD), F.lit(banding.rows))
    fewer = (
        F.lit(float(comb(banding.bands, k)))
        * F.pow(same, F.lit(k))
        * F.pow(F.lit(1.0) - same, F.lit(banding.bands - k))
        for k in range(banding.matches)
    )
    return F.lit(1.0) - reduce(Column.__add__, fewer)
