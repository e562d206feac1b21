"""Pairs that meet in enough buckets, as an executor finds them in Arrow batches."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from colike.similarity.meeting import pairs_that_meet

ITEMS, BANDS = 40, 12
#: The bucket of each item in each band.
BUCKETS = np.random.default_rng(1).integers(0, 6, (ITEMS, BANDS))


def rows_of_buckets():
    """Per item, band and bucket the later items of the bucket; sorted by item."""
    return [
        (item, [other for other in range(item + 1, ITEMS) if BUCKETS[other, band] == bucket])
        for item in range(ITEMS)
        for band, bucket in enumerate(BUCKETS[item])
    ]


def met(batch_rows, matches=3, margins=None, min_jaccard=0.0):
    rows = [(item, others) for item, others in rows_of_buckets() if others]
    types = pa.schema([("item_a", pa.int32()), ("others", pa.list_(pa.int32()))])
    batches = (
        pa.RecordBatch.from_pylist(
            [{"item_a": item, "others": others} for item, others in rows[at : at + batch_rows]],
            schema=types,
        )
        for at in range(0, len(rows), batch_rows)
    )
    likes = SimpleNamespace(value=np.ones(ITEMS, np.int64) if margins is None else margins)
    made = list(pairs_that_meet(likes, matches, min_jaccard)(batches))
    return sorted((row["item_a"], row["item_b"]) for batch in made for row in batch.to_pylist())


def expected(matches):
    return [
        (a, b)
        for a, b in combinations(range(ITEMS), 2)
        if (BUCKETS[a] == BUCKETS[b]).sum() >= matches
    ]


@pytest.mark.parametrize("batch_rows", [1, 3, 7, 10_000])
def test_pairs_that_share_buckets_are_found_however_rows_are_batched(batch_rows):
    assert met(batch_rows) == expected(3)


@pytest.mark.parametrize("matches", [1, 2, 5, 13])
def test_a_pair_must_meet_in_as_many_buckets_as_are_asked_for(matches):
    assert met(3, matches) == expected(matches)


def test_a_pair_whose_margins_forbid_the_jaccard_does_not_meet():
    margins = np.arange(1, ITEMS + 1)
    allowed = [(a, b) for a, b in expected(1) if min(a, b) + 1 >= 0.5 * (max(a, b) + 1)]
    assert met(3, 1, margins, 0.5) == allowed
