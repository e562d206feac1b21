"""Exact co-likes of chosen pairs of items, without counting all pairs."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Ints
from colike.data.splits import TrainLikes
from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.kernel import count_pairs
from colike.similarity.packing import BLOCK, PART, PLACE
from colike.similarity.placing import KEY, TILE, Plan
from colike.similarity.tiled import fans_of, number_of_likes
from colike.similarity.tiles import (
    ADDED,
    ROW,
    SIGN,
    Held,
    in_tiles,
    likes_of_tiles,
)

# Sign of a row of pairs to count: places in the tile's first block, and in its second.
WANTED = 2
ROWS = (
    f"{TILE} int, {SIGN} int, {BLOCK} int, {PART} bigint, "
    f"{C.LENGTHS} binary, {C.PLACES} binary, {C.COUNTS} binary, {KEY} int"
)
COUNTED = f"{C.ITEM_A} int, {C.ITEM_B} int, {C.COLIKES} bigint"


def with_margins(pairs: DataFrame, margins: DataFrame) -> DataFrame:
    """Return the pairs whose items are both liked, with likes_a and likes_b.

    Args:
        pairs: item_a and item_b (item_idx), and other columns.
        margins: item_idx and likes; O(items) rows, which every executor receives.
    """
    of_a = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_A), F.col(C.LIKES).alias(C.LIKES_A))
    of_b = margins.select(F.col(C.ITEM_IDX).alias(C.ITEM_B), F.col(C.LIKES).alias(C.LIKES_B))
    return pairs.join(F.broadcast(of_a), on=C.ITEM_A, how="inner").join(
        F.broadcast(of_b), on=C.ITEM_B, how="inner"
    )


def counted(pairs: DataFrame, likes: TrainLikes, items: int) -> DataFrame:
    """Return item_a, item_b and the exact colikes of the pairs that have any.

    Pairs are sent to the same tiles as the likes (`tiles`), and only their counts are kept.

    Args:
        pairs: item_a < item_b (item_idx), each pair once.
        likes: Train likes.
        items: Number of items; every item_idx is below it.
    """
    cores = likes.sparkSession.sparkContext.defaultParallelism
    plan = Plan.of(blocks_for(number_of_likes(likes), items, cores))
    wanted = _wanted(pairs.select(C.ITEM_A, C.ITEM_B), plan)
    rows = likes_of_tiles(likes, plan, ADDED).unionByName(wanted)

    def count(tile: tuple[int, int], held: Held) -> Iterator[pa.RecordBatch]:
        return _counts(tile, held, plan.blocks)

    return in_tiles(rows, plan, count, COUNTED)


def _wanted(pairs: DataFrame, plan: Plan) -> DataFrame:
    """Return pairs as packed rows of their tiles, few and large like those of the likes."""
    blocks = plan.blocks.count
    table = np.zeros((blocks, blocks), np.int32)
    for number, (i, j) in enumerate(plan.tiles):
        table[i, j] = table[j, i] = number

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            a, b = (column.to_numpy() for column in batch.columns)
            turned = a % blocks > b % blocks
            first, second = np.where(turned, b, a), np.where(turned, a, b)
            tile = table[a % blocks, b % blocks]
            for number in np.unique(tile):
                mine = tile == number
                yield _row(int(number), first[mine], second[mine], plan)

    return pairs.mapInArrow(pack, ROWS)


def _row(tile: int, first: Ints, second: Ints, plan: Plan) -> pa.RecordBatch:
    places = [(side // plan.blocks.count).astype(PLACE).tobytes() for side in (first, second)]
    values = (tile, WANTED, plan.tiles[tile][0], 0, *places, None, plan.keys[tile])
    types = (
        pa.int32(), pa.int32(), pa.int32(), pa.int64(), pa.binary(), pa.binary(), pa.binary(),
        pa.int32(),
    )  # fmt: skip
    arrays = [pa.array([value], kind) for value, kind in zip(values, types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[*ROW, KEY])


def _counts(tile: tuple[int, int], held: Held, blocks: Blocks) -> Iterator[pa.RecordBatch]:
    wanted = held.get((WANTED, tile[0]), [])
    if not wanted:
        return
    items = np.frombuffer(b"".join(first for _, first, _, _ in wanted), PLACE)
    others = np.frombuffer(b"".join(second for _, _, second, _ in wanted), PLACE)
    order = np.lexsort((others, items))
    items, others = items[order], others[order]
    likes = fans_of(tile, held, ADDED, blocks.size(tile[0]))
    counts = count_pairs(items, others, blocks.size(tile[1]), likes)
    some = counts > 0
    first = items[some].astype(np.int32) * blocks.count + tile[0]
    second = others[some].astype(np.int32) * blocks.count + tile[1]
    columns = [np.minimum(first, second), np.maximum(first, second), counts[some].astype(np.int64)]
    names = [C.ITEM_A, C.ITEM_B, C.COLIKES]
    yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names)
