"""EASE in blocks, each solved in a Spark task of its own from the ratings of its items."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame, Row
from scipy import sparse

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.placing import partition_keys
from colike.compute.ragged import interleaved, ragged, starts_of
from colike.data.history import RATED
from colike.data.splits import TrainOpinions
from colike.errors import ConfigError
from colike.neighbours.ease import solved
from colike.neighbours.ease_blocks import ItemBlocks, kept_of_block

Number = TypeVar("Number", bound=np.generic)
BLOCK, KEY, USERS, CODES = "block", "key", "users", "codes"
SHIPPED = f"{BLOCK} int, {KEY} int, {USERS} binary, {CODES} binary"
RESIDUAL, FAULT, OWNERS, ITEMS, WEIGHTS = "residual", "fault", "owners", "items", "weights"
SOLVED = f"{RESIDUAL} double, {FAULT} string, {OWNERS} binary, {ITEMS} binary, {WEIGHTS} binary"
#: A place within a block, and an opinion, in one number.
CODE = np.dtype("<u4")


@dataclass(frozen=True)
class BlockFit:
    """What a block is solved with.

    Attributes:
        worth: What a like, a passive and a detractor weigh.
        regularization: As `ease.solved` takes it.
        dropout: As `ease.solved` takes it.
        keep: Weights that stay of each row, and of each column.
    """

    worth: Sequence[float]
    regularization: float
    dropout: float
    keep: int


@dataclass(frozen=True)
class BlockWeights:
    """The largest weights of all blocks: owner, neighbour and signed weight; the worst residual."""

    owners: Ints
    items: Ints
    weights: Floats
    residual: float


def solved_in_blocks(
    ratings: TrainOpinions, blocks: ItemBlocks, likes: Longs, fit: BlockFit
) -> BlockWeights:
    """Return EASE's weights towards the group of each block, on the driver: O(items) numbers.

    Sums of weighted ratings are in double precision, so that the order of users changes no more
    than rounding does.

    Args:
        ratings: User_id and item_idx by opinion.
        blocks: The blocks.
        likes: Train likes of each item_idx.
        fit: What they are solved with.

    Raises:
        ConfigError: The regularization is too small; see `ease.solved`.
    """
    keys = partition_keys(len(blocks))
    shipped = _shipped(ratings, blocks, len(likes), keys)
    shared = ratings.sparkSession.sparkContext.broadcast((blocks, likes))

    def solve(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        mine, everyone = shared.value
        for block, rows in _by_block(batches).items():
            yield _solved(mine, block, rows, everyone, fit)

    placed = shipped.repartition(len(blocks), KEY).select(BLOCK, USERS, CODES)
    # One job for all blocks; an iterator would solve them one by one.
    parts = placed.mapInArrow(solve, SOLVED).collect()
    for fault in (row[FAULT] for row in parts if row[FAULT] is not None):
        raise ConfigError(fault)
    return BlockWeights(
        _joined(parts, OWNERS, np.int32),
        _joined(parts, ITEMS, np.int32),
        _joined(parts, WEIGHTS, np.float32),
        max((row[RESIDUAL] for row in parts), default=0.0),
    )


def _joined(rows: list[Row], name: str, kind: type[Number]) -> npt.NDArray[Number]:
    parts = [np.frombuffer(row[name], kind) for row in rows]
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _shipped(ratings: TrainOpinions, blocks: ItemBlocks, items: int, keys: list[int]) -> DataFrame:
    """Return each block's ratings, packed: how many each user has of it, and their codes."""
    shared = ratings.sparkSession.sparkContext.broadcast(blocks.places(items))

    def ship(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        starts, of_block, places = shared.value
        for batch in batches:
            columns = [ragged(batch.column(name), np.int32) for name in RATED]
            indptr, values = interleaved(columns)
            row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
            copies = starts[values + 1] - starts[values]
            first = starts_of(copies)
            at = np.repeat(starts[values] - first[:-1], copies) + np.arange(first[-1])
            code = places[at] * len(RATED) + np.repeat(row % len(RATED), copies)
            yield _by_blocks(of_block[at], np.repeat(row // len(RATED), copies), code, keys)

    return ratings.select(*RATED).mapInArrow(ship, SHIPPED)


def _by_blocks(blocks: Ints, users: Longs, codes: Longs, keys: list[int]) -> pa.RecordBatch:
    order = np.argsort(blocks, kind="stable")
    there, first = np.unique(blocks[order], return_index=True)
    ends = [*first[1:].tolist(), len(order)]
    parts = [order[start:end] for start, end in zip(first.tolist(), ends, strict=True)]
    columns = [
        pa.array(there.astype(np.int32)),
        pa.array([keys[block] for block in there], pa.int32()),
        pa.array([_lengths(users[part]).tobytes() for part in parts], pa.binary()),
        pa.array([codes[part].astype(CODE).tobytes() for part in parts], pa.binary()),
    ]
    return pa.RecordBatch.from_arrays(columns, names=[BLOCK, KEY, USERS, CODES])


def _lengths(users: Longs) -> Ints:
    """Return how many entries each user has, of users whose entries are adjacent."""
    changes = np.flatnonzero(np.diff(users)) + 1
    return np.diff(np.concatenate([[0], changes, [len(users)]])).astype(np.int32)


def _by_block(batches: Iterable[pa.RecordBatch]) -> dict[int, list[tuple[bytes, bytes]]]:
    found = defaultdict(list)
    for batch in batches:
        for block, *packed in zip(*(one.to_pylist() for one in batch.columns), strict=True):
            found[block].append(tuple(packed))
    return found


def _solved(
    blocks: ItemBlocks, block: int, rows: list[tuple[bytes, bytes]], likes: Longs, fit: BlockFit
) -> pa.RecordBatch:
    members = blocks.members(block)
    inputs, targets = _grams(rows, len(members), np.asarray(fit.worth))
    try:
        made = solved(inputs, targets, likes[members], fit.regularization, fit.dropout)
    except ConfigError as why:
        return _row(0.0, str(why), [b""] * 3)
    owners, items, weights = kept_of_block(made.weights, int(blocks.own[block]), fit.keep)
    packed = [members[owners].tobytes(), members[items].tobytes(), weights.tobytes()]
    return _row(made.residual, None, packed)


def _row(residual: float, fault: str | None, packed: list[bytes]) -> pa.RecordBatch:
    columns = [
        pa.array([residual]),
        pa.array([fault], pa.string()),
        *(pa.array([one], pa.binary()) for one in packed),
    ]
    return pa.RecordBatch.from_arrays(columns, names=[RESIDUAL, FAULT, OWNERS, ITEMS, WEIGHTS])


def _grams(rows: list[tuple[bytes, bytes]], members: int, worth: Doubles) -> tuple[Floats, Floats]:
    """Return X'X and X'Y of a block's ratings, as `solved` takes them."""
    inputs, targets = (np.zeros((members, members)) for _ in range(2))
    for lengths, packed in rows:
        codes = np.frombuffer(packed, CODE).astype(np.int64)
        starts = starts_of(np.frombuffer(lengths, np.int32))
        place, opinion = np.divmod(codes, len(RATED))
        shape = (len(starts) - 1, members)
        rated = sparse.csr_matrix((worth[opinion], place, starts), shape)
        liked = sparse.csr_matrix(((opinion == 0).astype(np.float64), place, starts), shape)
        inputs += rated.T @ rated
        targets += rated.T @ liked
    return np.asarray(inputs, np.float32, order="F"), np.asarray(targets, np.float32, order="C")
