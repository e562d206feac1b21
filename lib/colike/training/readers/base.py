"""What a reader of training pairs returns, and its options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from colike import columns as c
from colike.errors import SnapshotError

#: Kinds of pairs; a batch holds their position here.
KINDS: Final = ("positive", "below", "random", "popular", "hard", "silver")
SPLITS: Final = ("train", "heldout")
SplitName = Literal["train", "heldout"]

#: The columns that are read; pair_id and base_cosine stay on disk.
READ_COLUMNS: Final = (c.ITEM_A, c.ITEM_B, c.LABEL, c.JACCARD, c.KIND, c.SPLIT)

#: One pair as numbers, 22 bytes: texts never pass through a reader.
PAIR_DTYPE: Final = np.dtype(
    [
        (c.ITEM_A, np.int32),
        (c.ITEM_B, np.int32),
        (c.LABEL, np.int8),
        (c.JACCARD, np.float64),
        (c.KIND, np.int8),
        (c.SPLIT, np.int8),
    ]
)

Rows = NDArray[Any]


@dataclass(frozen=True)
class PairBatch:
    """Pairs as arrays of equal length; items are item_idx, kind is a position in KINDS."""

    item_a: NDArray[np.int32]
    item_b: NDArray[np.int32]
    label: NDArray[np.int8]
    jaccard: NDArray[np.float64]
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.item_a)

    @staticmethod
    def of(rows: Rows) -> "PairBatch":
        """Return the batch of rows of PAIR_DTYPE."""
        return PairBatch(
            rows[c.ITEM_A], rows[c.ITEM_B], rows[c.LABEL], rows[c.JACCARD], rows[c.KIND]
        )

    @staticmethod
    def joined(batches: Sequence["PairBatch"]) -> "PairBatch":
        """Return the pairs of all batches as one, which may be empty."""
        if not batches:
            return PairBatch.of(np.empty(0, PAIR_DTYPE))
        return PairBatch(
            np.concatenate([batch.item_a for batch in batches]),
            np.concatenate([batch.item_b for batch in batches]),
            np.concatenate([batch.label for batch in batches]),
            np.concatenate([batch.jaccard for batch in batches]),
            np.concatenate([batch.kind for batch in batches]),
        )


@dataclass(frozen=True)
class ReaderOptions:
    """Which pairs to read, how often, in which order and which process's share."""

    batch_size: int
    seed: int
    epochs: int = 1
    split: SplitName = "train"
    #: Pairs of this label only; None reads both.
    label: int | None = None
    rank: int = 0
    world_size: int = 1
    #: The first batch to make; those before it are read and skipped.
    start: int = 0
    #: Pairs are shuffled within windows of so many rows, which bounds the memory.
    window_rows: int = 1 << 20


class BatchReader(Protocol):
    """Batches of one process's share of the pairs, in an order that the seed alone decides."""

    def __iter__(self) -> Iterator[PairBatch]:
        """Yield batches until all epochs are read."""
        ...


def to_rows(table: Mapping[str, NDArray[Any]]) -> Rows:
    """Return rows of PAIR_DTYPE from column arrays; a missing Jaccard counts as 0.

    Raises:
        SnapshotError: an unknown kind or split.
    """
    rows = np.empty(len(table[c.ITEM_A]), PAIR_DTYPE)
    for name in (c.ITEM_A, c.ITEM_B, c.LABEL):
        rows[name] = table[name]
    rows[c.JACCARD] = np.nan_to_num(table[c.JACCARD].astype(np.float64), nan=0.0)
    rows[c.KIND] = _codes(table[c.KIND], KINDS, c.KIND)
    rows[c.SPLIT] = _codes(table[c.SPLIT], SPLITS, c.SPLIT)
    return rows


def _codes(values: NDArray[Any], names: tuple[str, ...], column: str) -> NDArray[np.int8]:
    codes = np.full(len(values), -1, np.int8)
    for code, name in enumerate(names):
        codes[values == name] = code
    if (codes < 0).any():
        wrong = values[codes < 0][0]
        raise SnapshotError(
            f"training_pairs: {column}={wrong!r} is not one of {', '.join(names)}; "
            "export the pairs again with this version of colike"
        )
    return codes
