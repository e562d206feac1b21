"""Jaccard of co-likes, from pair counts and the margins."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import pairs_to_ids
from colike.similarity.counting import with_margins


def jaccard(colikes: Column, likes_a: Column, likes_b: Column) -> Column:
    """Return colikes / (likes_a + likes_b - colikes): users who like both / users who like either.

    Items liked by {A, B, C} and {B, C, E, F} share 2 of 5 people: .4. Users who like neither do
    not count (the book's worked example counts one).
    """
    return colikes.cast("double") / (likes_a + likes_b - colikes).cast("double")


def similarity_rows(
    colikes: DataFrame, margins: DataFrame, min_colikes: int, min_jaccard: float
) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds.

    Args:
        colikes: item_a, item_b (item_idx, item_a < item_b) and colikes.
        margins: item_idx and likes; O(items) rows, which every executor receives.
        min_colikes: Fewest co-likes that a pair must have.
        min_jaccard: Least jaccard that a pair must have.
    """
    enough = colikes.where(F.col(C.COLIKES) >= min_colikes)
    joined = with_margins(enough, margins)
    value = jaccard(F.col(C.COLIKES), F.col(C.LIKES_A), F.col(C.LIKES_B))
    rows = joined.withColumn(C.JACCARD, value).where(F.col(C.JACCARD) >= min_jaccard)
    return rows.select(C.ITEM_A, C.ITEM_B, C.LIKES_A, C.LIKES_B, C.COLIKES, C.JACCARD)


def named(pairs: DataFrame, items: DataFrame, method: str) -> DataFrame:
    """Return the rows of item_similarity: item ids in place of item_idx, and the method."""
    return pairs_to_ids(pairs, items).withColumn(C.METHOD, F.lit(method))
