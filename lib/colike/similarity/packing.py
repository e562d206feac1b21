"""Packs likes by item block: a few large binary rows instead of a row per like."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.compute.ragged import ragged, starts_of
from colike.data.splits import TrainLikes
from colike.similarity.kernel import Places, cut
from colike.similarity.placing import KEY, TILE, Plan

BLOCK, PART, TARGETS = "block", "part", "targets"
SCHEMA = (
    f"{BLOCK} int, {PART} bigint, {C.LENGTHS} binary, {C.PLACES} binary, "
    f"{TARGETS} array<struct<{TILE}: int, {KEY}: int>>"
)
TARGET = pa.list_(pa.struct([(TILE, pa.int32()), (KEY, pa.int32())]))
# A group of users is packed once it has this many likes: 2 bytes each, in one row per block.
LIKES_PER_GROUP = 1 << 22
PLACE = np.dtype("<u2")
LENGTH = np.dtype("<u4")


def packed(likes: TrainLikes, plan: Plan) -> DataFrame:
    """Return one row per group of users and item block: block, part, lengths, places, targets.

    `part` is the group's number, `lengths` the number of likes that each user of the group has in
    the block (uint32), and `places` their places in the block (uint16), user after user. The order
    of users is the same in all rows of a group. `targets` are the tiles that the block is in.
    """

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        task = TaskContext.get()
        base = (task.partitionId() if task else 0) << 32
        for number, (offsets, values) in enumerate(_groups(batches)):
            yield _rows(base + number, offsets, values, plan)

    return likes.select(C.LIKES).mapInArrow(pack, SCHEMA)


def unpacked(rows: Iterable[tuple[bytes, bytes]]) -> tuple[Longs, Places]:
    """Return a block's users x items, as indptr and places, from its rows (lengths, places)."""
    both = [(b"", b""), *rows]
    lengths = np.concatenate([np.frombuffer(one, LENGTH) for one, _ in both])
    places = np.concatenate([np.frombuffer(one, PLACE) for _, one in both])
    return starts_of(lengths), places


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Longs, Ints]]:
    """Yield batches joined into groups of LIKES_PER_GROUP likes or more: offsets and item_idx."""
    waiting: list[tuple[Longs, Ints]] = []
    held = 0
    for batch in batches:
        starts, values = ragged(batch.column(0), np.int32)
        lengths = np.diff(starts)
        waiting.append((lengths, values))
        held += len(values)
        if held >= LIKES_PER_GROUP:
            yield _joined(waiting)
            waiting, held = [], 0
    if held:
        yield _joined(waiting)


def _joined(parts: list[tuple[Longs, Ints]]) -> tuple[Longs, Ints]:
    lengths = np.concatenate([lengths for lengths, _ in parts])
    return starts_of(lengths), np.concatenate([values for _, values in parts])


def _rows(group: int, offsets: Longs, values: Ints, plan: Plan) -> pa.RecordBatch:
    blocks = plan.blocks.count
    lengths, starts, places = cut(offsets, values, blocks)
    of_block = [places[starts[b] : starts[b + 1]] for b in range(blocks)]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(np.arange(blocks, dtype=np.int32)),
            pa.array(np.full(blocks, group, np.int64)),
            pa.array([one.astype(LENGTH, copy=False).tobytes() for one in lengths], pa.binary()),
            pa.array([one.astype(PLACE, copy=False).tobytes() for one in of_block], pa.binary()),
            pa.array([_targets(plan, b) for b in range(blocks)], TARGET),
        ],
        names=[BLOCK, PART, C.LENGTHS, C.PLACES, TARGETS],
    )


def _targets(plan: Plan, block: int) -> list[dict[str, int]]:
    return [{TILE: tile, KEY: key} for tile, key in plan.targets(block)]
