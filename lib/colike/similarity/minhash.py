"""The engine for millions of items: candidates by MinHash (Broder, 1997), verified exactly.

Signatures are plain Spark SQL. A row that it finds is exact; what it misses, and how much of it,
`recall` measures.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, single_likes
from colike.similarity.banding import Banding
from colike.similarity.counting import counted, with_margins
from colike.similarity.jaccard import similarity_rows

SIGNATURE, BUCKET, MEMBERS = "signature", "bucket", "members"


@dataclass(frozen=True)
class Candidates:
    """Distinct pairs item_a < item_b, and the buckets that were too large to be paired."""

    pairs: DataFrame
    capped: DataFrame


def signatures(likes: TrainLikes, hashes: int) -> DataFrame:
    """Return item_idx and `signature`: for each hash function the least value of the item's fans.

    Two items agree in a place with the chance of their Jaccard.
    """
    single = single_likes(likes)
    user = F.col(C.USER_ID).cast("string")
    least = [F.min(F.xxhash64(F.lit(place), user)).alias(f"h{place}") for place in range(hashes)]
    columns = [F.col(f"h{place}") for place in range(hashes)]
    return (
        single.groupBy(C.ITEM_IDX)
        .agg(*least)
        .select(C.ITEM_IDX, F.array(*columns).alias(SIGNATURE))
    )


def candidates(signed: DataFrame, banding: Banding, largest_bucket: int) -> Candidates:
    """Return the pairs that share a bucket: all rows of one band.

    Args:
        signed: What `signatures` returns.
        banding: Bands and rows.
        largest_bucket: Items of a bucket; a larger one is a heavy user's, who likes most of the
            catalogue and says little, but would pair every item with every other.
    """
    band = F.posexplode(F.array(*(_band(number, banding.rows) for number in range(banding.bands))))
    placed = signed.select(C.ITEM_IDX, band.alias("band", "value"))
    buckets = placed.groupBy("band", "value").agg(
        F.sort_array(F.collect_list(C.ITEM_IDX)).alias(MEMBERS)
    )
    shared = buckets.where(F.size(MEMBERS) > 1).select(F.size(MEMBERS).alias("size"), MEMBERS)
    paired = shared.where(F.col("size") <= largest_bucket)
    first = paired.select(F.posexplode(MEMBERS).alias("place", C.ITEM_A), MEMBERS)
    rest = F.slice(MEMBERS, F.col("place") + 2, F.size(MEMBERS))
    pairs = first.select(C.ITEM_A, F.explode(rest).alias(C.ITEM_B)).distinct()
    return Candidates(pairs, shared.where(F.col("size") > largest_bucket).select("size"))


def verified(
    pairs: DataFrame, likes: TrainLikes, margins: DataFrame, min_colikes: int, min_jaccard: float
) -> DataFrame:
    """Return the pairs within the bounds, with likes_a, likes_b, colikes and jaccard, exact."""
    exact = counted(with_margins(pairs, margins), likes)
    return similarity_rows(exact, margins, min_colikes, min_jaccard)


def _band(number: int, rows: int) -> Column:
    return F.xxhash64(F.slice(SIGNATURE, number * rows + 1, rows))
