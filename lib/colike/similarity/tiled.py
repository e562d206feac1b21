"""The default engine: exact co-likes by products of item blocks, each counted in one task.

Likes are packed per item block (`packing`) and sent to the tiles (pairs of blocks) that need
them (`tiles`), so the shuffle grows with likes times blocks and not with the pairs of each user's
likes. A task counts its tile with a compiled kernel, strip by strip (`strips`).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Longs
from colike.data.splits import TrainLikes
from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.kernel import Fans, Strip, count_rows, fans
from colike.similarity.packing import unpacked
from colike.similarity.placing import Plan
from colike.similarity.strips import SCHEMA, SIMILARITY, as_batch, kept_of, pairs_within
from colike.similarity.tiles import (
    ADDED,
    KEPT,
    REMOVED,
    Held,
    in_tiles,
    kept_of_tiles,
    likes_of_tiles,
)

# Cells of a tile that are scanned at once; a strip has as many rows as that allows.
CELLS = 1 << 21


def tiled_similarity(
    likes: TrainLikes, items: int, min_colikes: int, min_jaccard: float, blocks: int | None = None
) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds.

    The rows are equal to those of the self-join to the last bit.

    Args:
        likes: Train likes.
        items: Number of items; every item_idx is below it.
        min_colikes: Fewest co-likes that a pair must have.
        min_jaccard: Least jaccard that a pair must have.
        blocks: Number of item blocks; None: chosen by likes and cores.
    """
    cores = likes.sparkSession.sparkContext.defaultParallelism
    dealt = Blocks(items, blocks) if blocks else blocks_for(number_of_likes(likes), items, cores)
    plan = Plan.of(dealt)

    def count(tile: tuple[int, int], held: Held) -> Iterator[pa.RecordBatch]:
        likes = fans_of(tile, held, ADDED, dealt.size(tile[0]))
        margins = _margins(tile, likes, dealt)
        for first, strip in _strips(tile, held, dealt, likes, min_colikes):
            where = (*tile, dealt.count)
            yield from pairs_within(first, where, strip, margins, min_colikes, min_jaccard)

    return in_tiles(likes_of_tiles(likes, plan, ADDED), plan, count, SIMILARITY)


def counted_strips(likes: TrainLikes, blocks: Blocks) -> DataFrame:
    """Return the strips of all pairs that have co-likes, and of the items' likes.

    Args:
        likes: Train likes.
        blocks: How items are divided.
    """
    plan = Plan.of(blocks)
    return _strips_of(likes_of_tiles(likes, plan, ADDED), plan)


def grown_strips(
    strips: DataFrame, added: TrainLikes, removed: TrainLikes, blocks: Blocks
) -> DataFrame:
    """Return the strips updated for users whose likes have changed.

    Args:
        strips: The previous strips, with the same number of blocks; items may have been fewer.
        added: The present likes of the changed users.
        removed: The previous likes of the changed users.
        blocks: How items are divided.
    """
    plan = Plan.of(blocks)
    rows = kept_of_tiles(strips, plan)
    for likes, sign in ((added, ADDED), (removed, REMOVED)):
        rows = rows.unionByName(likes_of_tiles(likes, plan, sign))
    return _strips_of(rows, plan)


def number_of_likes(likes: TrainLikes) -> int:
    """Return the number of likes."""
    return int(likes.agg(F.coalesce(F.sum(F.size(C.LIKES)), F.lit(0))).collect()[0][0])


def fans_of(tile: tuple[int, int], held: Held, sign: int, items: int, whole: bool = False) -> Fans:
    """Return the likes of a tile that have this sign, from its rows.

    Users are in the same order in both blocks.

    Args:
        tile: The two blocks.
        held: Rows of the tile.
        sign: Which of them.
        items: Size of the first block.
        whole: Whether a block with itself counts each pair twice, and not once.
    """
    left, right = (
        unpacked((lengths, places) for _, lengths, places, _ in sorted(held.get((sign, block), [])))
        for block in tile
    )
    same = tile[0] == tile[1] and not whole
    return (*fans(*left, items, right[0], same), right[1])


def _margins(tile: tuple[int, int], likes: Fans, blocks: Blocks) -> Longs:
    """Return the likes of each item_idx of the tile's blocks, all of whose likes it has."""
    margins = np.zeros(blocks.items, np.int64)
    margins[tile[1] :: blocks.count] = np.bincount(likes[3], minlength=blocks.size(tile[1]))
    margins[tile[0] :: blocks.count] = np.diff(likes[0])
    return margins


def _strips_of(rows: DataFrame, plan: Plan) -> DataFrame:
    blocks = plan.blocks

    def count(tile: tuple[int, int], held: Held) -> Iterator[pa.RecordBatch]:
        likes = fans_of(tile, held, ADDED, blocks.size(tile[0]))
        for first, strip in _strips(tile, held, blocks, likes, 1):
            yield as_batch(tile, first, blocks.count, strip)

    return in_tiles(rows, plan, count, SCHEMA)


def _strips(
    tile: tuple[int, int], held: Held, blocks: Blocks, added: Fans, least: int
) -> Iterator[tuple[int, Strip]]:
    """Yield each strip of the tile with the place of its first item."""
    height, width = blocks.size(tile[0]), blocks.size(tile[1])
    kept = kept_of(held.get((KEPT, tile[0]), []), height)
    removed = fans_of(tile, held, REMOVED, height)
    step = max(1, CELLS // max(width, 1))
    for row in range(0, height, step):
        until = min(row + step, height)
        strip = count_rows(row, until, width, kept, added, removed, least)
        if len(strip[1]):
            yield row, strip
