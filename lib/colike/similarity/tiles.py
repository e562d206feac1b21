"""Sends rows to the tiles that need them, one tile per task."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes
from colike.similarity.packing import BLOCK, PART, TARGETS, packed
from colike.similarity.placing import KEY, TILE, Plan

SIGN = "sign"
# What a row of a tile is: kept co-likes, likes to add, likes to subtract.
KEPT, ADDED, REMOVED = 0, 1, -1
ROW = (TILE, SIGN, BLOCK, PART, C.LENGTHS, C.PLACES, C.COUNTS)
#: part, lengths, places and, for kept co-likes, counts.
Packed = tuple[int, bytes, bytes, bytes]
#: The rows of a tile by sign and block.
Held = dict[tuple[int, int], list[Packed]]
#: Processes a tile on an executor.
Work = Callable[[tuple[int, int], Held], Iterator[pa.RecordBatch]]


def likes_of_tiles(likes: TrainLikes, plan: Plan, sign: int) -> DataFrame:
    """Return the packed likes, each chunk once per tile that its block is in, with tile and key."""
    chunks = packed(likes, plan)
    return chunks.select(F.explode(TARGETS).alias("to"), BLOCK, PART, C.LENGTHS, C.PLACES).select(
        f"to.{TILE}", F.lit(sign).alias(SIGN), BLOCK, PART, C.LENGTHS, C.PLACES,
        F.lit(None).cast("binary").alias(C.COUNTS), f"to.{KEY}",
    )  # fmt: skip


def kept_of_tiles(strips: DataFrame, plan: Plan) -> DataFrame:
    """Return each strip of kept co-likes with its tile and key."""
    tiles = [(i, j, number, plan.keys[number]) for number, (i, j) in enumerate(plan.tiles)]
    spark = strips.sparkSession
    targets = spark.createDataFrame(
        tiles, f"{C.BLOCK_A} int, {C.BLOCK_B} int, {TILE} int, {KEY} int"
    )
    return strips.join(F.broadcast(targets), on=[C.BLOCK_A, C.BLOCK_B], how="inner").select(
        TILE, F.lit(KEPT).alias(SIGN), F.col(C.BLOCK_A).alias(BLOCK),
        F.col(C.FIRST).cast("bigint").alias(PART), C.LENGTHS, C.PLACES, C.COUNTS, KEY,
    )  # fmt: skip


def in_tiles(rows: DataFrame, plan: Plan, work: Work, schema: str) -> DataFrame:
    """Return the results of `work` on each tile's rows, each tile in a task of its own.

    Tasks start in the order of their partitions, so the costliest tiles start first.
    """

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number, held in _by_tile(batches).items():
            yield from work(plan.tiles[number], held)

    placed = rows.repartition(len(plan.tiles), KEY).select(*ROW)
    return placed.mapInArrow(run, schema)


def _by_tile(batches: Iterable[pa.RecordBatch]) -> dict[int, Held]:
    found: dict[int, Held] = defaultdict(lambda: defaultdict(list))
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            tile, sign, block, *held = row
            found[tile][sign, block].append(tuple(held))
    return found
