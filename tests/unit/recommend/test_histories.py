from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from colike.recommend.histories import Histories
from colike.recommend.lists import Lists

LIKES = [[1], [], [2, 3, 4], [5]]
SEEN = [[1, 9], [8], [2, 3, 4], [5, 6, 7]]


def batch():
    arrays = [pa.array(rows, pa.list_(pa.int32())) for rows in (LIKES, SEEN)]
    return pa.RecordBatch.from_arrays(arrays, names=["likes", "seen"])


def rows_of(histories):
    return [
        [flat[start:end].tolist() for start, end in pairwise(indptr)]
        for indptr, flat in (
            (histories.likes_indptr, histories.likes),
            (histories.seen_indptr, histories.seen),
        )
    ]


def test_histories_are_the_rows_of_the_batch_or_of_a_slice_of_it():
    assert rows_of(Histories.of_batch(batch())) == [LIKES, SEEN]
    assert rows_of(Histories.of_batch(batch().slice(1, 2))) == [LIKES[1:3], SEEN[1:3]]


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_blocks_hold_every_user_once_and_in_order(size):
    whole = Histories.of_batch(batch())
    parts = [rows_of(whole.of_users(*block)) for block in whole.blocks(size)]
    assert [likes for part in parts for likes in part[0]] == LIKES
    assert [seen for part in parts for seen in part[1]] == SEEN
    assert all(len(part[0]) <= size for part in parts)


def test_no_users_are_one_empty_block():
    nobody = Histories.of_batch(batch().slice(0, 0))
    assert len(nobody) == 0
    assert list(nobody.blocks(5)) == [(0, 0)]


def test_picked_places_of_a_list_carry_all_that_belongs_to_them():
    numbers = np.arange(6).reshape(2, 3)
    longer = np.arange(18).reshape(2, 3, 3)
    lists = Lists(
        numbers.astype(np.int32), numbers * 0.5, numbers, longer, longer * 0.5, numbers > 2
    )
    made = lists.picked(np.array([[2, 0], [1, -1]], np.int32))
    assert made.items.tolist() == [[2, 0], [4, -1]]
    assert made.scores.tolist() == [[1.0, 0.0], [2.0, 1.5]]
    assert made.because[0, 0].tolist() == [6, 7, 8]
    assert made.fallback.tolist() == [[False, False], [True, True]]
