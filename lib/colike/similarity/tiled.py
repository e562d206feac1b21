"""The default engine: exact co-likes by products of item blocks, each counted in one task.

Likes are packed per item block (`packing`) and sent to the tiles, pairs of blocks, that need
them: what is shuffled grows with likes times blocks, never with the pairs of a user's likes. A
task counts its tile with a compiled kernel and lets out only pairs within the bounds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.broadcast import Broadcast
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes
from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.kernel import Ints, Longs, count_rows, fans
from colike.similarity.margins import item_likes
from colike.similarity.packing import BLOCK, GROUP, LENGTHS, PLACES, packed, unpacked

TILE, KEY = "tile", "key"
SCHEMA = (
    f"{C.ITEM_A} int, {C.ITEM_B} int, {C.LIKES_A} bigint, {C.LIKES_B} bigint, "
    f"{C.COLIKES} bigint, {C.JACCARD} double"
)
# Cells of a tile that are looked through at once, so many rows as have so many cells.
CELLS = 1 << 21


def tiled_similarity(
    likes: TrainLikes, items: int, min_colikes: int, min_jaccard: float, blocks: int | None = None
) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds.

    Equal to the self-join's rows to the last bit.

    Args:
        likes: Train likes.
        items: Number of items; every item_idx is below it.
        min_colikes: Fewest co-likes that a pair must have.
        min_jaccard: Least jaccard that a pair must have.
        blocks: Item blocks; None chooses them by likes and cores.
    """
    spark = likes.sparkSession
    margins = _margins(likes, items)
    cores = spark.sparkContext.defaultParallelism
    liked = int((margins > 0).sum())
    count = blocks or blocks_for(int(margins.sum()), liked, cores)
    dealt = Blocks.of(margins, count)
    shared = spark.sparkContext.broadcast(dealt)
    tiles = dealt.tiles()
    chunks = _sent_to_tiles(packed(likes, shared), tiles)

    def count_tiles(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for tile, rows in _by_tile(batches).items():
            yield from _tile_rows(tiles[tile], rows, shared, min_colikes, min_jaccard)

    return chunks.mapInArrow(count_tiles, SCHEMA)


def _margins(likes: TrainLikes, items: int) -> Longs:
    counted = item_likes(likes).toPandas()
    margins = np.zeros(items, np.int64)
    margins[counted[C.ITEM_IDX].to_numpy()] = counted[C.LIKES].to_numpy()
    return margins


def _sent_to_tiles(chunks: DataFrame, tiles: list[tuple[int, int]]) -> DataFrame:
    """Each chunk once per tile that its block is in, and each tile in a partition of its own.

    Tasks start in the order of their partitions, so the costliest tiles start first.
    """
    spark = chunks.sparkSession
    keys = partition_keys(spark, len(tiles))
    needed = [
        (block, number, keys[number])
        for number, tile in enumerate(tiles)
        for block in sorted(set(tile))
    ]
    targets = spark.createDataFrame(needed, f"{BLOCK} int, {TILE} int, {KEY} int")
    sent = chunks.join(F.broadcast(targets), on=BLOCK, how="inner")
    return sent.repartition(len(tiles), KEY).select(TILE, BLOCK, GROUP, LENGTHS, PLACES)


def partition_keys(spark: SparkSession, partitions: int) -> list[int]:
    """Return for each partition a number that Spark's hash partitioning sends to it.

    Hashing the numbers of the tiles themselves would put some two into one task.
    """
    number = F.col("id").cast("int")
    hashed = F.pmod(F.hash(number), F.lit(partitions))
    first = (
        spark.range(partitions * 64)
        .groupBy(hashed.alias("partition"))
        .agg(F.min(number).alias(KEY))
        .collect()
    )
    keys = {row["partition"]: row[KEY] for row in first}
    return [keys[partition] for partition in range(partitions)]


def _by_tile(
    batches: Iterable[pa.RecordBatch],
) -> dict[int, dict[int, list[tuple[int, bytes, bytes]]]]:
    """Chunks of each tile by block: group, lengths and places."""
    found: dict[int, dict[int, list[tuple[int, bytes, bytes]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            tile, block, group, lengths, places = row
            found[tile][block].append((group, lengths, places))
    return found


def _tile_rows(
    tile: tuple[int, int],
    chunks: dict[int, list[tuple[int, bytes, bytes]]],
    shared: "Broadcast[Blocks]",
    min_colikes: int,
    min_jaccard: float,
) -> Iterator[pa.RecordBatch]:
    blocks = shared.value
    # Users stand in the order of their groups in both blocks.
    (i, left), (j, right) = (
        (block, unpacked(rows[1:] for rows in sorted(chunks[block]))) for block in tile
    )
    likes_a, likes_b = blocks.likes[i], blocks.likes[j]
    starts, first, last = fans(*left, len(likes_a), right[0], i == j)
    step = max(1, CELLS // max(len(likes_b), 1))
    for row in range(0, len(likes_a), step):
        until = min(row + step, len(likes_a))
        a, b, both = count_rows(
            row, until, starts, first, last, right[1], likes_a, likes_b, min_colikes, min_jaccard
        )
        if len(a):
            yield _batch(blocks.items[i][a], blocks.items[j][b], likes_a[a], likes_b[b], both)


def _batch(a: Ints, b: Ints, likes_a: Longs, likes_b: Longs, colikes: Ints) -> pa.RecordBatch:
    """Rows with item_a before item_b."""
    swap = a > b
    both = colikes.astype(np.int64)
    union = (likes_a + likes_b - both).astype(np.float64)
    columns: list[npt.NDArray[np.generic]] = [
        np.where(swap, b, a),
        np.where(swap, a, b),
        np.where(swap, likes_b, likes_a),
        np.where(swap, likes_a, likes_b),
        both,
        both.astype(np.float64) / union,
    ]
    names = [C.ITEM_A, C.ITEM_B, C.LIKES_A, C.LIKES_B, C.COLIKES, C.JACCARD]
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names)
