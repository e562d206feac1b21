"""Candidates for negative pairs, by kind; `rarity` keeps the ones rarer than chance.

A low jaccard is not dislike: candidates come only from items with enough likes, or every item
with few likes would be pushed away from its audience (docs/method.md, Pairs).

What is drawn goes by an item's `place`, its rank by id: its item_idx depends on when it came, and
two stores of the same files would train on different pairs.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from colike import columns as C

# Candidates drawn per wanted negative: of some kinds, most pairs turn out to be liked together.
OVERDRAW = 6
PLACE, POSITION = "_place", "_position"


def places_by_id(items: DataFrame) -> DataFrame:
    """Return item_idx and `PLACE`, the rank by id from 0, of every item."""
    rank = F.row_number().over(Window.orderBy(C.ITEM_ID)) - 1
    return items.select(C.ITEM_IDX, rank.alias(PLACE))


def below(similarity: DataFrame, pool: DataFrame, threshold: float, users: int) -> DataFrame:
    """Return pairs of `pool` that are in `similarity`, with fewer co-likes than by chance."""
    expected = F.col(C.LIKES_A).cast("double") * F.col(C.LIKES_B) / users
    is_low = (F.col(C.JACCARD) <= threshold) & (F.col(C.COLIKES) < expected)
    low = similarity.where(is_low).select(C.ITEM_A, C.ITEM_B)
    for side in (C.ITEM_A, C.ITEM_B):
        mine = F.broadcast(pool.select(F.col(C.ITEM_IDX).alias(side)))
        low = low.join(mine, on=side, how="left_semi")
    return low.select(C.ITEM_A, C.ITEM_B)


def hard(near: DataFrame, pool: DataFrame) -> DataFrame:
    """Return pairs of `pool` that are near by text, from item_idx and `neighbour` of `near`."""
    for side in (C.ITEM_IDX, "neighbour"):
        mine = F.broadcast(pool.select(F.col(C.ITEM_IDX).alias(side)))
        near = near.join(mine, on=side, how="left_semi")
    return ordered_pairs(near, F.col(C.ITEM_IDX), F.col("neighbour"))


def random_pairs(pool: DataFrame, wanted: int, salt: str) -> DataFrame:
    """Return pairs of `pool` drawn by hash: `OVERDRAW` times `wanted`, minus repeats.

    Args:
        pool: item_idx and `PLACE` of the items to draw from.
        wanted: Number of pairs.
        salt: Salt of the hash.
    """
    size = pool.count()
    numbered = pool.select(
        C.ITEM_IDX, (F.row_number().over(Window.orderBy(PLACE)) - 1).alias(POSITION)
    )
    draws = pool.sparkSession.range(wanted * OVERDRAW if size > 1 else 0)
    drawn = draws.select(
        _draw(size, f"{salt} first").alias(C.FIRST), _draw(size, f"{salt} second").alias("second")
    )
    first = numbered.select(F.col(POSITION).alias(C.FIRST), F.col(C.ITEM_IDX).alias("x"))
    second = numbered.select(F.col(POSITION).alias("second"), F.col(C.ITEM_IDX).alias("y"))
    joined = drawn.join(F.broadcast(first), on=C.FIRST, how="inner").join(
        F.broadcast(second), on="second", how="inner"
    )
    return ordered_pairs(joined, F.col("x"), F.col("y"))


def popular_pairs(liked: DataFrame, wanted: int, salt: str) -> DataFrame:
    """Return pairs of any item and one drawn in proportion to its likes, by hash.

    Args:
        liked: item_idx, `PLACE` and likes of the pool; every executor receives its O(items) rows.
        wanted: Number of pairs; `OVERDRAW` times as many are drawn, minus repeats.
        salt: Salt of the hash.
    """
    rows = liked.select(C.ITEM_IDX, C.LIKES).orderBy(PLACE).collect()
    items = np.array([row[C.ITEM_IDX] for row in rows], np.int32)
    upto = np.cumsum([row[C.LIKES] for row in rows], dtype=np.int64)

    def look_up(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            any_one, by_likes = (column.to_numpy() for column in batch.columns)
            popular = items[np.searchsorted(upto, by_likes, side="right")]
            columns = [pa.array(items[any_one]), pa.array(popular)]
            yield pa.RecordBatch.from_arrays(columns, names=["x", "y"])

    draws = liked.sparkSession.range(wanted * OVERDRAW if len(rows) > 1 else 0)
    drawn = draws.select(
        _draw(len(rows), f"{salt} any"),
        F.pmod(F.xxhash64(F.lit(f"{salt} popular"), "id"), F.lit(int(upto[-1]) if rows else 1)),
    )
    return ordered_pairs(drawn.mapInArrow(look_up, "x int, y int"), F.col("x"), F.col("y"))


def ordered_pairs(frame: DataFrame, x: Column, y: Column) -> DataFrame:
    """Return the distinct pairs of different items, with item_a < item_b."""
    pairs = frame.where(x != y).select(
        F.least(x, y).alias(C.ITEM_A), F.greatest(x, y).alias(C.ITEM_B)
    )
    return pairs.distinct()


def first_by_hash(pairs: DataFrame, count: int, salt: str, places: DataFrame) -> DataFrame:
    """Return `count` pairs by hash of their items' `PLACE`, the same ones on any partitioning."""
    placed = pairs
    for side in (C.ITEM_A, C.ITEM_B):
        place = places.select(F.col(C.ITEM_IDX).alias(side), F.col(PLACE).alias(PLACE + side))
        placed = placed.join(F.broadcast(place), on=side, how="inner")
    sides = (PLACE + C.ITEM_A, PLACE + C.ITEM_B)
    pair = (F.least(*sides), F.greatest(*sides))
    first = placed.orderBy(F.xxhash64(F.lit(salt), *pair), *pair).limit(count)
    return first.select(*pairs.columns)


def _draw(size: int, salt: str) -> Column:
    return F.pmod(F.xxhash64(F.lit(salt), F.col("id")), F.lit(max(size, 1))).cast("int")
