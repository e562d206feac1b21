"""Strips: the exact co-likes of some items of one block with all of another, packed.

All strips together are the upper triangle of X'X, where X is users x items with a 1 per like;
its diagonal is the items' likes. Table `item_colikes` stores them, and similarity and later
increments start from them.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.similarity.kernel import Counts, Kept, Places, Strip, within_bounds
from colike.similarity.packing import LENGTH, PLACE

Number = TypeVar("Number", bound=np.generic)
STRIP = (C.BLOCK_A, C.BLOCK_B, C.FIRST, C.BLOCKS, C.LENGTHS, C.PLACES, C.COUNTS)
SCHEMA = (
    f"{C.BLOCK_A} int, {C.BLOCK_B} int, {C.FIRST} int, {C.BLOCKS} int, "
    f"{C.LENGTHS} binary, {C.PLACES} binary, {C.COUNTS} binary, {C.OWN} binary"
)
COUNT = np.dtype("<u4")
SIMILARITY = (
    f"{C.ITEM_A} int, {C.ITEM_B} int, {C.LIKES_A} bigint, {C.LIKES_B} bigint, "
    f"{C.COLIKES} bigint, {C.JACCARD} double"
)


def as_batch(tile: tuple[int, int], first: int, blocks: int, strip: Strip) -> pa.RecordBatch:
    """Return a strip as a row of SCHEMA.

    Args:
        tile: Its two blocks.
        first: Place of its first item in the first block.
        blocks: Number of blocks.
        strip: As `kernel.count_rows` returns it.
    """
    lengths, places, counts = strip
    own = _own(*strip) if tile[0] == tile[1] else counts[:0]
    numbers = [pa.array([number], pa.int32()) for number in (*tile, first, blocks)]
    binary = [
        pa.array([bytes(values)], pa.binary())
        for values in (
            lengths.astype(LENGTH, copy=False),
            squeezed(places.astype(PLACE, copy=False)),
            squeezed(counts.astype(COUNT, copy=False)),
            own.astype(COUNT, copy=False),
        )
    ]
    return pa.RecordBatch.from_arrays([*numbers, *binary], names=[*STRIP, C.OWN])


def kept_of(rows: Iterable[tuple[int, bytes, bytes, bytes]], items: int) -> Kept:
    """Return the co-likes of a tile from its strips (first, lengths, places, counts).

    Args:
        rows: The strips, in any order.
        items: Present size of the tile's first block; it may have been smaller when counted.
    """
    lengths = np.zeros(items + 1, np.int64)
    places, counts = [np.empty(0, np.uint16)], [np.empty(0, np.uint32)]
    for first, length, place, count in sorted(rows):
        mine = np.frombuffer(length, LENGTH)
        lengths[first + 1 : first + 1 + len(mine)] = mine
        pairs = int(mine.sum())
        places.append(stretched(place, pairs, PLACE))
        counts.append(stretched(count, pairs, COUNT))
    return np.cumsum(lengths), np.concatenate(places), np.concatenate(counts)


def margins_of(strips: DataFrame, items: int) -> Longs:
    """Return the likes of each item_idx from the strips' diagonal; O(items) on the driver."""
    own = strips.where(F.col(C.BLOCK_A) == F.col(C.BLOCK_B))
    margins = np.zeros(items, np.int64)
    for row in own.select(C.BLOCK_A, C.FIRST, C.BLOCKS, C.OWN).toLocalIterator():
        likes = np.frombuffer(row[C.OWN], COUNT)
        start = row[C.FIRST] * row[C.BLOCKS] + row[C.BLOCK_A]
        margins[start :: row[C.BLOCKS]][: len(likes)] = likes
    return margins


def similarity_of(
    strips: DataFrame, margins: Longs, min_colikes: int, min_jaccard: float
) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds.

    Args:
        strips: Rows of SCHEMA.
        margins: Likes of each item_idx.
        min_colikes: Fewest co-likes that a pair must have.
        min_jaccard: Least jaccard that a pair must have.
    """
    shared = strips.sparkSession.sparkContext.broadcast(margins)

    def pairs(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for row in _rows(batches):
            block_a, block_b, first, blocks = row[:4]
            where = (block_a, block_b, blocks)
            strip = _unpacked(row)
            yield from pairs_within(first, where, strip, shared.value, min_colikes, min_jaccard)

    return strips.select(*STRIP).mapInArrow(pairs, SIMILARITY)


def pairs_within(
    first: int, where: tuple[int, int, int], strip: Strip,
    margins: Longs, min_colikes: int, min_jaccard: float,
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Yield a strip's pairs within the bounds as rows of SIMILARITY.

    Args:
        first: Place of the strip's first item.
        where: The items' block, the other block, and the number of blocks.
        strip: As `kernel.count_rows` returns it.
        margins: Likes of each item_idx of the two blocks.
        min_colikes: Fewest co-likes of a pair, at least 1.
        min_jaccard: Least jaccard of a pair.
    """
    found = within_bounds(first, where, strip, margins, min_colikes, min_jaccard)
    if len(found[0]):
        yield _similarity(*found, margins)


def _own(lengths: Counts, places: Places, counts: Counts) -> Counts:
    """Return the likes of a strip's items: a liked item's own count is the first of its row."""
    liked = lengths > 0
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    own = np.zeros(len(lengths), np.uint32)
    own[liked] = counts[starts[liked]]
    return own


def _rows(
    batches: Iterable[pa.RecordBatch],
) -> Iterator[tuple[int, int, int, int, bytes, bytes, bytes]]:
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in STRIP), strict=True)


def _unpacked(
    row: tuple[int, int, int, int, bytes, bytes, bytes],
) -> Strip:
    lengths = np.frombuffer(row[4], LENGTH)
    pairs = int(lengths.sum())
    return lengths, stretched(row[5], pairs, PLACE), stretched(row[6], pairs, COUNT)


def squeezed(values: npt.NDArray[np.generic]) -> bytes:
    """Return numbers compressed, so that only a quarter of the bytes goes through Spark."""
    made: bytes = pa.compress(np.ascontiguousarray(values), codec="zstd", asbytes=True)
    return made


def stretched(data: bytes, count: int, dtype: "np.dtype[Number]") -> "npt.NDArray[Number]":
    """Return so many numbers of what `squeezed` gave."""
    size = count * dtype.itemsize
    return np.frombuffer(pa.decompress(data, size, codec="zstd", asbytes=True), dtype)


def _similarity(a: Ints, b: Ints, both: Longs, margins: Longs) -> pa.RecordBatch:
    union = (margins[a] + margins[b] - both).astype(np.float64)
    columns: list[npt.NDArray[np.generic]] = [
        a, b, margins[a], margins[b], both, both.astype(np.float64) / union
    ]  # fmt: skip
    names = [C.ITEM_A, C.ITEM_B, C.LIKES_A, C.LIKES_B, C.COLIKES, C.JACCARD]
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names)
