"""Finds pairs of items that share several buckets, one item at a time on an executor."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.broadcast import Broadcast

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.ragged import ragged, starts_of

PAIRS = f"{C.ITEM_A} int, {C.ITEM_B} int"
#: What runs in mapInArrow.
Batches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]
#: Items ascending, where each one's others begin (length items + 1), and the others.
Rows = tuple[Ints, Longs, Ints]


def pairs_that_meet(margins: "Broadcast[Longs]", matches: int, min_jaccard: float) -> Batches:
    """Return a function from rows of item_idx and an array of others, sorted, to rows of PAIRS.

    A pair must meet in at least `matches` rows, and its margins must allow `min_jaccard`: a
    jaccard is at most the smaller margin / the larger.

    Args:
        margins: Likes of each item_idx.
        matches: Rows of an item that must contain the other, at least 1.
        min_jaccard: Least jaccard of a pair.
    """

    def pairs(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for items, starts, others in _whole_items(batches):
            found = meet(items, starts, others, margins.value, matches, min_jaccard)
            columns = [pa.array(column) for column in found]
            yield pa.RecordBatch.from_arrays(columns, names=[C.ITEM_A, C.ITEM_B])

    return pairs


@compiled
def meet(
    items: Ints, starts: Longs, others: Ints, margins: Longs, matches: int, min_jaccard: float
) -> tuple[Ints, Ints]:
    """Return the pairs that meet often enough and that their margins allow.

    Args:
        items: item_idx of each row, ascending.
        starts: Where each row's others begin; length rows + 1.
        others: item_idx, each at most once in a row.
        margins: Likes of each item_idx.
        matches: Rows of an item that must contain the other, at least 1.
        min_jaccard: Least jaccard of a pair.
    """
    most = len(others) // matches
    a, b = np.empty(most, np.int32), np.empty(most, np.int32)
    times = np.zeros(len(margins), np.uint16)
    found, row = 0, 0
    while row < len(items):
        item, begin = items[row], starts[row]
        while row < len(items) and items[row] == item:
            row += 1
        for other in others[begin : starts[row]]:
            times[other] += 1
            if times[other] == matches:
                fewer = min(margins[item], margins[other])
                if fewer >= min_jaccard * max(margins[item], margins[other]):
                    a[found], b[found] = item, other
                    found += 1
        for other in others[begin : starts[row]]:
            times[other] = 0
    return a[:found].copy(), b[:found].copy()


def _whole_items(batches: Iterable[pa.RecordBatch]) -> Iterator[Rows]:
    """Regroup batches so that all rows of an item are together."""
    items, lengths, others = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int32)
    for batch in batches:
        begin, values = ragged(batch.column(1), np.int32)
        items = np.concatenate([items, batch.column(0).to_numpy()])
        lengths = np.concatenate([lengths, np.diff(begin)])
        others = np.concatenate([others, values])
        over = int(np.searchsorted(items, items[-1])) if len(items) else 0
        if over:
            starts = starts_of(lengths[:over])
            yield items[:over], starts, others[: starts[-1]]
            items, lengths, others = items[over:], lengths[over:], others[starts[-1] :]
    if len(items):
        yield items, starts_of(lengths), others
