"""The order of training: seeded shuffles, cut into batches and split between processes.

Files are read in sequence and the order is made here, from numbers alone, so that it depends on
the seed and never on the reader, its threads or the size of its row groups.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colike import columns as c
from colike.training.readers.base import SPLITS, PairBatch, ReaderOptions, Rows

Array = NDArray[Any]


def steps_in(rows: int, epochs: int, batch_size: int, world_size: int) -> int:
    """Return the number of batches that each process gets from so many rows.

    >>> steps_in(rows=10, epochs=1, batch_size=4, world_size=1)  # 4 + 4 + 2
    3
    >>> steps_in(rows=9, epochs=1, batch_size=4, world_size=2)  # the ninth row has no partner
    1
    """
    full, rest = divmod(rows * epochs, batch_size * world_size)
    return full + int(rest >= world_size)


def shuffled(rows: Array, seed: int, *place: int) -> Array:
    """Return the rows in an order that the seed and the place (epoch, window) decide."""
    rng = np.random.default_rng([seed, *place])
    return rng.permutation(rows)


def dealt(pieces: Iterable[Array], batch_size: int, rank: int, world_size: int) -> Iterator[Array]:
    """Yield one process's batches of the stream of rows: every world_size-th, from its rank on.

    Batches continue from piece to piece, so only the last one may be short. Rows at the very end
    are left out if there are fewer than processes, because all processes must take the same steps.
    """
    together = batch_size * world_size
    rest: Array | None = None
    for piece in pieces:
        rest = piece if rest is None else np.concatenate([rest, piece])
        whole = len(rest) - len(rest) % together
        for start in range(0, whole, together):
            yield rest[start + rank : start + together : world_size]
        rest = rest[whole:]
    if rest is not None and len(rest) >= world_size:
        yield rest[rank::world_size]


def pair_batches(chunks: Iterator[Rows], rows: int, options: ReaderOptions) -> Iterator[PairBatch]:
    """Yield shuffled batches of a stream that has all rows of the table once per epoch.

    Args:
        chunks: rows of PAIR_DTYPE, cut anywhere.
        rows: rows of the table in all splits, after which an epoch ends.
        options: which pairs, in which order, for which process.

    Yields:
        The batches of this process.
    """
    windows = _windows(chunks, rows, options)
    batches = dealt(windows, options.batch_size, options.rank, options.world_size)
    for batch in islice(batches, options.start, None):
        yield PairBatch.of(batch)


def _windows(chunks: Iterator[Rows], rows: int, options: ReaderOptions) -> Iterator[Rows]:
    waiting: list[Rows] = []
    for epoch in range(options.epochs):
        left, window_number = rows, 0
        while left:
            size = min(left, options.window_rows)
            window, waiting = _take(waiting, chunks, size)
            yield shuffled(_chosen(window, options), options.seed, epoch, window_number)
            left -= size
            window_number += 1


def _take(waiting: list[Rows], chunks: Iterator[Rows], size: int) -> tuple[Rows, list[Rows]]:
    """Return the next `size` rows of the stream, and the rest of the last chunk."""
    held = sum(len(chunk) for chunk in waiting)
    while held < size:
        waiting.append(next(chunks))
        held += len(waiting[-1])
    joined = np.concatenate(waiting)
    return joined[:size], [joined[size:]]


def _chosen(rows: Rows, options: ReaderOptions) -> Rows:
    keep = rows[c.SPLIT] == SPLITS.index(options.split)
    if options.label is not None:
        keep &= rows[c.LABEL] == options.label
    chosen: Rows = rows[keep]
    return chosen
