"""Ranks neighbours by descending weight, then item id, so that ties never flip."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from colike import columns as C


def jaccard_neighbours(similarity: DataFrame, k: int) -> DataFrame:
    """Return the k items of highest jaccard with each item: item_id, rank, neighbour_id, weight.

    Args:
        similarity: Rows of item_similarity.
        k: Neighbours kept per item.
    """
    a, b = F.col(C.ITEM_A), F.col(C.ITEM_B)
    weight = F.col(C.JACCARD).alias(C.WEIGHT)
    forth = similarity.select(a.alias(C.ITEM_ID), b.alias(C.NEIGHBOUR_ID), weight)
    back = similarity.select(b.alias(C.ITEM_ID), a.alias(C.NEIGHBOUR_ID), weight)
    best_first = Window.partitionBy(C.ITEM_ID).orderBy(F.desc(C.WEIGHT), C.NEIGHBOUR_ID)
    ranked = forth.unionByName(back).withColumn(C.RANK, F.row_number().over(best_first))
    kept = ranked.where(F.col(C.RANK) <= k)
    return kept.select(C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT)
