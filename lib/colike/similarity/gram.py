"""Weighted co-ratings of all pairs of items, on the driver: what closed forms start from.

X is users x items with what each user's opinion weighs, Y with a 1 per like. The tiled engine
counts X'X and X'Y as it counts co-likes: an item has a place in its block once per opinion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Doubles, Floats
from colike.data.history import RATED
from colike.data.splits import TrainLikes, TrainOpinions
from colike.similarity.blocks import ITEMS_PER_BLOCK, Blocks, blocks_for
from colike.similarity.kernel import weigh_rows
from colike.similarity.placing import Plan
from colike.similarity.strips import squeezed, stretched
from colike.similarity.tiled import CELLS, fans_of, number_of_likes
from colike.similarity.tiles import ADDED, Held, in_tiles, likes_of_tiles

BOTH, FORTH, BACK = "both", "forth", "back"
SCHEMA = f"{C.BLOCK_A} int, {C.BLOCK_B} int, {C.FIRST} int, " + ", ".join(
    f"{name} binary" for name in (BOTH, FORTH, BACK)
)
WEIGHT = np.dtype("<f4")


@dataclass(frozen=True)
class Gram:
    """X'X (`inputs`, in Fortran's order) and X'Y (`targets`): items x items."""

    inputs: Floats
    targets: Floats


def gram_bytes(items: int) -> int:
    """Return the bytes that a Gram of so many items takes.

    >>> round(gram_bytes(17_000) / 2**30, 1)
    2.2
    """
    return 2 * WEIGHT.itemsize * items**2


def weighted_gram(ratings: TrainOpinions, items: int, worth: Sequence[float]) -> Gram:
    """Return X'X and X'Y of the train ratings; equal to the last bit on any partitioning.

    Args:
        ratings: User_id and item_idx by opinion.
        items: Number of items; every item_idx is below it.
        worth: What a like, a passive and a detractor weigh; a like weighs something.
    """
    counted = [(name, one) for name, one in zip(RATED, worth, strict=True) if one]
    names, weights = [name for name, _ in counted], np.array([one for _, one in counted])
    number = number_of_likes(TrainLikes(ratings.select(F.concat(*names).alias(C.LIKES))))
    blocks = _blocks(ratings, number, items, len(names))
    width = blocks.items // (len(names) * blocks.count)
    strips = range(0, width, max(1, CELLS // width))
    places = _placed(ratings, names, width * blocks.count)
    tiles = _tiles(places, blocks, strips, weights)
    tiles.persist(StorageLevel.DISK_ONLY)
    try:
        tiles.count()  # all tiles at once; the iterator below takes them one by one
        return _collected(tiles, items, blocks.count, strips)
    finally:
        tiles.unpersist()


def _blocks(ratings: TrainOpinions, number: int, items: int, opinions: int) -> Blocks:
    """Return blocks of places, an equal number for each opinion."""
    cores = ratings.sparkSession.sparkContext.defaultParallelism
    count = blocks_for(number, items, cores).count
    count = max(count, -(-opinions * items // ITEMS_PER_BLOCK))
    return Blocks(opinions * count * -(-items // count), count)


def _placed(ratings: TrainOpinions, names: list[str], step: int) -> TrainLikes:
    """Return each user's ratings as numbers of places: an opinion's follow those of the last."""
    places = (_moved(name, at * step) for at, name in enumerate(names))
    return TrainLikes(ratings.select(C.USER_ID, F.concat(*places).alias(C.LIKES)))


def _moved(name: str, by: int) -> Column:
    return F.transform(name, lambda item: item + F.lit(by))


def _tiles(places: TrainLikes, blocks: Blocks, strips: range, worth: Doubles) -> DataFrame:
    """Return the weighted co-ratings of each strip of each tile, as `weigh_rows` makes them."""
    plan = Plan.of(blocks)

    def weigh(tile: tuple[int, int], held: Held) -> Iterator[pa.RecordBatch]:
        ratings = fans_of(tile, held, ADDED, blocks.size(tile[0]), whole=True)
        for row in strips:
            until = min(row + strips.step, strips.stop)
            parts = weigh_rows(row, until, strips.stop, ratings, worth)
            numbers = [pa.array([number], pa.int32()) for number in (*tile, row)]
            packed = [pa.array([squeezed(part)], pa.binary()) for part in parts]
            names = [C.BLOCK_A, C.BLOCK_B, C.FIRST, BOTH, FORTH, BACK]
            yield pa.RecordBatch.from_arrays([*numbers, *packed], names=names)

    return in_tiles(likes_of_tiles(places, plan, ADDED), plan, weigh, SCHEMA)


def _collected(tiles: DataFrame, items: int, count: int, strips: range) -> Gram:
    width = strips.stop
    inputs = np.zeros((items, items), np.float32, order="F")
    targets = np.zeros((items, items), np.float32)
    for row in tiles.toLocalIterator():
        rows = min(strips.step, width - row[C.FIRST])
        first = row[C.FIRST] * count + row[C.BLOCK_A]
        a, b = slice(first, first + rows * count, count), slice(row[C.BLOCK_B], None, count)
        # The last places of a block may be those of no item.
        shape = inputs[a, b].shape
        both, forth, back = (
            stretched(row[name], rows * width, WEIGHT).reshape(rows, width)[: shape[0], : shape[1]]
            for name in (BOTH, FORTH, BACK)
        )
        inputs[a, b], inputs[b, a] = both, both.T
        targets[a, b], targets[b, a] = forth, back.T
    return Gram(inputs, targets)
