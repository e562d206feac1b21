"""Positive pairs: items whose jaccard is above a threshold."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C

PAIR = (C.ITEM_A, C.ITEM_B, C.JACCARD)


def positives(similarity: DataFrame, threshold: float, min_colikes: int) -> DataFrame:
    """Return item_a, item_b and jaccard of the pairs strictly above the threshold.

    Args:
        similarity: item_a, item_b (item_idx), colikes and jaccard.
        threshold: Jaccard that a positive pair must exceed.
        min_colikes: Fewest users who like both.
    """
    is_positive = (F.col(C.JACCARD) > threshold) & (F.col(C.COLIKES) >= min_colikes)
    return similarity.where(is_positive).select(*PAIR)
