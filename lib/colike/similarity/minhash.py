"""The engine for millions of items: candidates by MinHash (Broder, 1997), verified exactly.

Signatures are plain Spark SQL. Every row that it finds is exact; `recall` measures what share
it misses.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Longs
from colike.data.splits import TrainLikes
from colike.similarity.banding import Banding
from colike.similarity.meeting import PAIRS, pairs_that_meet

SIGNATURE, MEMBERS, OTHERS, FAN = "signature", "members", "others", "fan"


@dataclass(frozen=True)
class Candidates:
    """Distinct pairs item_a < item_b, and the number of buckets that were too large to pair."""

    pairs: DataFrame
    capped: int


def signatures(likes: TrainLikes, margins: DataFrame, hashes: int, min_colikes: int) -> DataFrame:
    """Return item_idx and `signature`: for each hash function the minimum over the item's fans.

    Two items agree in one value with a probability equal to their Jaccard.

    Args:
        likes: Train likes.
        margins: item_idx and likes of every liked item.
        hashes: Number of hash functions.
        min_colikes: Fewest co-likes of a pair; items with fewer likes are left out.
    """
    able = margins.where(F.col(C.LIKES) >= min_colikes).select(C.ITEM_IDX)
    # Strings are hashed once per user, and numbers once per like and hash function.
    fan = F.xxhash64(F.col(C.USER_ID).cast("string")).alias(FAN)
    single = likes.select(fan, F.explode(C.LIKES).alias(C.ITEM_IDX))
    mine = single.join(F.broadcast(able), on=C.ITEM_IDX, how="left_semi")
    least = [F.min(F.xxhash64(F.lit(place), FAN)).alias(f"h{place}") for place in range(hashes)]
    columns = [F.col(f"h{place}") for place in range(hashes)]
    return (
        mine.groupBy(C.ITEM_IDX).agg(*least).select(C.ITEM_IDX, F.array(*columns).alias(SIGNATURE))
    )


def candidates(
    signed: DataFrame, margins: Longs, banding: Banding, largest_bucket: int, min_jaccard: float
) -> Candidates:
    """Return the pairs that share enough buckets; a bucket is a value of all rows of one band.

    Args:
        signed: What `signatures` returns.
        margins: Likes of each item_idx; pairs whose margins rule out `min_jaccard` are left out.
        banding: Bands, rows and matches.
        largest_bucket: Most items of a bucket. A larger one comes from a heavy user who likes most
            of the catalogue: it says little, but would pair every item with every other.
        min_jaccard: Least jaccard of a pair.
    """
    band = F.posexplode(F.array(*(_band(number, banding.rows) for number in range(banding.bands))))
    placed = signed.select(C.ITEM_IDX, band.alias("band", C.VALUE))
    buckets = placed.groupBy("band", C.VALUE).agg(
        F.sort_array(F.collect_list(C.ITEM_IDX)).alias(MEMBERS)
    )
    shared = buckets.where(F.size(MEMBERS) > 1).select(MEMBERS).localCheckpoint()
    first = shared.where(F.size(MEMBERS) <= largest_bucket).select(
        F.posexplode(MEMBERS).alias("place", C.ITEM_A), MEMBERS
    )
    others = F.slice(MEMBERS, F.col("place") + 2, F.size(MEMBERS)).alias(OTHERS)
    # All rows of an item are adjacent in one task, so that no row per pair and bucket is needed.
    met = first.where(F.col("place") < F.size(MEMBERS) - 1).select(C.ITEM_A, others)
    sent = signed.sparkSession.sparkContext.broadcast(margins)
    pairs = (
        met.repartition(C.ITEM_A)
        .sortWithinPartitions(C.ITEM_A)
        .mapInArrow(pairs_that_meet(sent, banding.matches, min_jaccard), PAIRS)
    )
    return Candidates(pairs, shared.where(F.size(MEMBERS) > largest_bucket).count())


def _band(number: int, rows: int) -> Column:
    return F.xxhash64(F.slice(SIGNATURE, number * rows + 1, rows))
