"""rating_complete.csv, drawn and written chunk by chunk."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from colike.compute.arrays import Floats, Ints, Longs
from colike.generate.form import RATINGS_HEADER
from colike.generate.kernel import tally
from colike.generate.people import Drawn, draw_chunk
from colike.generate.shape import rating_thresholds
from colike.generate.world import World

Progress = Callable[[int, int], None]

# Memory per worker: about 100 bytes per rating, and the tastes of the users.
CHUNK_RATINGS: Final = 500_000
CHUNK_USERS: Final = 50_000
_PILOT_CHUNKS: Final = 4
_STREAM: Final = 1


@dataclass(frozen=True)
class Rated:
    """What was rated: int64[items, 10] counts per item and value, int64[users] likes per user."""

    histogram: Longs
    likes: Longs


@dataclass(frozen=True)
class _Piece:
    csv: pa.Buffer
    items: Ints
    ratings: npt.NDArray[np.uint8]
    likes: Longs


@dataclass(frozen=True)
class RatingsWriter:
    """Draws the ratings of all users; the result depends on nothing but seed, world and counts.

    Attributes:
        world: items and what they are like.
        seed: of the whole data set.
        counts: int64[users], ratings per user.
        workers: threads; the compiled kernel and Arrow's CSV writer run without the GIL.
    """

    world: World
    seed: int
    counts: Longs
    workers: int

    def write(self, path: Path, on_progress: Progress | None) -> Rated:
        """Writes all ratings to path, users in order, and returns what was rated."""
        bounds = chunk_bounds(self.counts)
        thresholds = self._thresholds(bounds)
        total, done = int(self.counts.sum()), 0
        histogram = np.zeros((self.world.items, 10), dtype=np.int64)
        likes = []
        with path.open("wb") as file:
            file.write((",".join(RATINGS_HEADER) + "\n").encode())
            for piece in self._pieces(bounds, thresholds):
                file.write(piece.csv)
                tally(histogram, piece.items, piece.ratings)
                likes.append(piece.likes)
                done += len(piece.items)
                if on_progress is not None:
                    on_progress(done, total)
        return Rated(histogram, np.concatenate(likes))

    def _draw(self, bounds: Longs, chunk: int) -> Drawn:
        start, stop = int(bounds[chunk]), int(bounds[chunk + 1])
        source = np.random.SeedSequence(self.seed, spawn_key=(_STREAM, chunk))
        return draw_chunk(self.world, source, start, self.counts[start:stop])

    def _thresholds(self, bounds: Longs) -> Floats:
        """Returns the cuts fitted to the first chunks: users are alike in all chunks."""
        pilots = range(min(_PILOT_CHUNKS, len(bounds) - 1))
        return rating_thresholds(np.concatenate([self._draw(bounds, c).liking for c in pilots]))

    def _piece(self, bounds: Longs, chunk: int, thresholds: Floats) -> _Piece:
        drawn = self._draw(bounds, chunk)
        ratings = (np.searchsorted(thresholds, drawn.liking, side="right") + 1).astype(np.uint8)
        users = np.arange(drawn.first_user, drawn.first_user + len(drawn.counts))
        columns = (np.repeat(users, drawn.counts), self.world.mal_id[drawn.items], ratings)
        starts = np.concatenate([[0], np.cumsum(drawn.counts)[:-1]])
        likes = np.add.reduceat((ratings >= 9).astype(np.int64), starts)
        return _Piece(_csv(columns), drawn.items, ratings, likes)

    def _pieces(self, bounds: Longs, thresholds: Floats) -> Iterator[_Piece]:
        """Yields the chunks in order, with at most one waiting per worker."""
        waiting: deque[Future[_Piece]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            for chunk in range(len(bounds) - 1):
                waiting.append(pool.submit(self._piece, bounds, chunk, thresholds))
                if len(waiting) > 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


def chunk_bounds(counts: Longs) -> Longs:
    """Returns the first user of each chunk and the number of users, int64[chunks + 1]."""
    by_ratings = (np.cumsum(counts) - counts) // CHUNK_RATINGS
    by_users = np.arange(len(counts)) // CHUNK_USERS
    new = (np.diff(by_ratings) > 0) | (np.diff(by_users) > 0)
    return np.concatenate([[0], np.flatnonzero(new) + 1, [len(counts)]]).astype(np.int64)


def _csv(columns: tuple[npt.NDArray[np.generic], ...]) -> pa.Buffer:
    table = pa.table(dict(zip(RATINGS_HEADER, columns, strict=True)))
    sink = pa.BufferOutputStream()
    # Arrow quotes header names and MAL's file does not, so the header is ours.
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(include_header=False))
    return sink.getvalue()
