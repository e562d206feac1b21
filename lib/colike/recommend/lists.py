"""The lists of many users as arrays, and as rows of table recommendations."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from colike import columns as C
from colike.compute.arrays import Bools, Doubles, Ints
from colike.recommend.catalogue import Catalogue
from colike.recommend.kernel import BECAUSE_PARTS

LIST_COLUMNS = (C.USER_ID, C.RANK, C.ITEM_ID, C.SCORE, C.SUPPORT, C.BECAUSE, C.FALLBACK)
# Bytes of one list entry, as arrays and as Arrow; an id counts as 16 bytes.
PLACE_BYTES = 2 * (4 + 8 + 4 + 1) + (12 + 24) * BECAUSE_PARTS + 32


@dataclass(frozen=True)
class Lists:
    """The best items of a batch of users, best first. Arrays are users x k.

    Attributes:
        items: item_idx, -1 past the end of a list.
        scores: Their scores.
        supports: Number of likes behind each item.
        because: The likes with the largest parts of the score (users x k x 3, -1 for none).
        parts: Those parts (users x k x 3).
        fallback: Whether the item was filled in from the popular list.
    """

    items: Ints
    scores: Doubles
    supports: Ints
    because: Ints
    parts: Doubles
    fallback: Bools

    @property
    def are_scored(self) -> Bools:
        """Which entries a source has scored: not fallbacks, nor what is past the end of a list."""
        return np.asarray((self.items >= 0) & ~self.fallback)

    @staticmethod
    def joined(blocks: Sequence["Lists"], axis: int = 0) -> "Lists":
        """Return the lists of blocks of users; by axis 1, the lists of each user, concatenated."""
        names = [field.name for field in fields(Lists)]
        arrays = ([getattr(block, name) for block in blocks] for name in names)
        return Lists(*(np.concatenate(parts, axis) for parts in arrays))

    def picked(self, places: Ints) -> "Lists":
        """Return lists of the entries at these positions (users x k, -1 for none)."""
        there = np.maximum(places, 0)
        rows = np.arange(len(places))[:, None]
        made = Lists(*(getattr(self, field.name)[rows, there] for field in fields(self)))
        made.items[places < 0] = -1
        return made


def to_arrow(users: pa.Array, lists: Lists, catalogue: Catalogue) -> pa.RecordBatch:
    """Return lists as rows with LIST_COLUMNS, one per user and rank."""
    there = lists.items >= 0
    owner, rank = np.nonzero(there)
    ids = pa.array(catalogue.ids)
    because, parts = lists.because[there], lists.parts[there]
    has_part = because >= 0
    offsets = np.concatenate([[0], np.cumsum(has_part.sum(axis=1))]).astype(np.int32)
    reasons = pa.StructArray.from_arrays(
        [ids.take(pa.array(because[has_part])), pa.array(parts[has_part])], [C.ITEM_ID, C.PART]
    )
    columns = {
        C.USER_ID: users.take(pa.array(owner)),
        C.RANK: pa.array((rank + 1).astype(np.int32)),
        C.ITEM_ID: ids.take(pa.array(lists.items[there])),
        C.SCORE: pa.array(lists.scores[there]),
        C.SUPPORT: pa.array(lists.supports[there]),
        C.BECAUSE: pa.ListArray.from_arrays(pa.array(offsets), reasons),
        C.FALLBACK: pa.array(lists.fallback[there]),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def users_per_block(most_bytes: int, k: int) -> int:
    """Return how many users' lists of length k fit into `most_bytes`, at least one.

    >>> users_per_block(16 << 20, 10) > 5000
    True
    """
    return max(1, most_bytes // (k * PLACE_BYTES))
