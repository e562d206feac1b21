from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from colike.data.history import OPINIONS
from colike.recommend.histories import ROWS, Histories
from colike.recommend.lists import Lists

# The items of each of four users by opinion; rows are given in any order.
GIVEN = {
    "likes": [[1], [], [4, 2, 3], [5]],
    "passives": [[9], [], [], [7, 6]],
    "detractors": [[], [8], [], []],
    "unrated": [[0], [], [], []],
}
USERS = [[sorted(GIVEN[opinion][user]) for opinion in OPINIONS] for user in range(4)]


def batch():
    arrays = [pa.array(GIVEN[opinion], pa.list_(pa.int32())) for opinion in OPINIONS]
    return pa.RecordBatch.from_arrays(arrays, names=list(OPINIONS))


def users_of(histories):
    """The items of each user by opinion."""
    rows = [histories.items[start:end].tolist() for start, end in pairwise(histories.indptr)]
    return [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]


def test_histories_are_the_rows_of_the_batch_or_of_a_slice_of_it():
    assert users_of(Histories.of_batch(batch())) == USERS
    assert users_of(Histories.of_batch(batch().slice(1, 2))) == USERS[1:3]


def test_a_single_user_is_what_the_batch_has_of_it():
    for user, rows in enumerate(USERS):
        given = [GIVEN[opinion][user] for opinion in OPINIONS]
        assert users_of(Histories.of_user(*given)) == [rows]


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_blocks_hold_every_user_once_and_in_order(size):
    whole = Histories.of_batch(batch())
    parts = [users_of(whole.of_users(*block)) for block in whole.blocks(size)]
    assert [user for part in parts for user in part] == USERS
    assert all(len(part) <= size for part in parts)


def test_no_users_are_one_empty_block():
    nobody = Histories.of_batch(batch().slice(0, 0))
    assert len(nobody) == 0
    assert list(nobody.blocks(5)) == [(0, 0)]


def test_items_taken_out_are_in_no_row_and_likes_of_them_can_be_asked_for():
    whole, taken = Histories.of_batch(batch()), np.isin(np.arange(10), [1, 2, 4, 7, 8])
    rows = [[[i for i in row if i not in (1, 2, 4, 7, 8)] for row in user] for user in USERS]
    assert users_of(whole.without(taken)) == rows
    indptr, items = whole.likes_among(taken)
    likes = [items[start:end].tolist() for start, end in pairwise(indptr)]
    assert likes == [[1], [], [2, 4], []]


def test_some_users_can_be_chosen_in_any_order():
    assert users_of(Histories.of_batch(batch()).chosen(np.array([3, 0]))) == [USERS[3], USERS[0]]


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
