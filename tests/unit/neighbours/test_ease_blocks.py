"""Blocks of items that EASE is solved in, and the largest of their weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.neighbours.ease import cuts, kept
from colike.neighbours.ease_blocks import blocks_of, kept_of_block, largest

ITEMS = 12
item = st.integers(0, ITEMS - 1)
neighbours = st.lists(st.dictionaries(item, st.integers(1, 9), max_size=5), min_size=ITEMS,
                      max_size=ITEMS)  # fmt: skip


def graph_of(rows):
    ends = [sorted(row, key=lambda other, row=row: -row[other]) for row in rows]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in ends])]).astype(np.int64)
    items = np.array([other for row in ends for other in row], np.int32)
    weights = np.array([rows[i][other] for i, row in enumerate(ends) for other in row], float)
    return indptr, items, weights


@settings(deadline=None)
@given(neighbours, st.permutations(range(ITEMS)), st.integers(0, ITEMS), st.integers(2, 15))
def test_each_item_is_solved_once_among_the_items_that_are_related_most(rows, order, rated, size):
    popular = np.array(order[:rated], np.int32)
    near = [sorted(row, key=lambda other, row=row: -row[other]) for row in rows]
    blocks = blocks_of(*graph_of(rows), popular, size)
    groups = [blocks.members(b)[: blocks.own[b]].tolist() for b in range(len(blocks))]
    assert sorted(one for group in groups for one in group) == sorted(order[:rated])
    for number, group in enumerate(groups):
        members = blocks.members(number).tolist()
        around = members[len(group) :]
        assert len(set(members)) == len(members) <= size
        ranks, sums = {}, {}
        for one in group:
            for rank, other in enumerate(near[one]):
                if other not in group:
                    ranks[other] = min(rank, ranks.get(other, rank))
                    sums[other] = sums.get(other, 0) + rows[one][other]
        wanted = sorted(ranks, key=lambda other: (ranks[other], -sums[other], other))
        if len(blocks) > 1:
            assert around == wanted[: size - len(group)]


def test_a_group_grows_along_neighbours_from_its_most_liked_item():
    rows = [{} for _ in range(6)]
    rows[0], rows[2], rows[1] = {2: 2, 4: 1}, {5: 1}, {3: 1}
    blocks = blocks_of(*graph_of(rows), np.arange(6, dtype=np.int32), 4)
    # Two to a group: 0 and its nearest, 1 and its neighbour, then what is left.
    assert [blocks.members(b).tolist() for b in range(3)] == [[0, 2, 5, 4], [1, 3], [4, 5]]
    assert blocks.own.tolist() == [2, 2, 2]


def test_places_say_where_each_item_stands():
    rows = [{} for _ in range(6)]
    rows[0], rows[2] = {2: 2, 4: 1}, {5: 1}
    blocks = blocks_of(*graph_of(rows), np.arange(6, dtype=np.int32), 4)
    starts, numbers, places = blocks.places(6)
    for one in range(6):
        for at in range(starts[one], starts[one + 1]):
            assert blocks.members(numbers[at])[places[at]] == one
    assert starts[-1] == len(blocks.items)


def dense(edges):
    made = np.zeros((ITEMS, ITEMS))
    made[edges.owners, edges.items] = edges.weights
    return made


@pytest.mark.parametrize("keep", [1, 3, 100])
def test_the_largest_edges_are_those_that_the_whole_matrix_keeps(keep):
    random = np.random.default_rng(0)
    weights = random.integers(-9, 10, (ITEMS, ITEMS)).astype(np.float32)
    order = random.permutation(ITEMS).astype(np.int32)
    owners, items = (ends.astype(np.int32) for ends in np.nonzero(weights))
    found = largest(owners, items, weights[owners, items], keep, order)
    wanted = kept(weights, cuts(weights, [keep])[keep], order)
    assert found.owners.tolist() == wanted.owners.tolist()
    assert found.items.tolist() == wanted.items.tolist()
    assert found.weights.tolist() == wanted.weights.tolist()


def test_a_block_keeps_the_largest_of_its_columns_and_of_its_own_rows():
    weights = np.array([[0, 5, 9], [4, 0, 9], [1, 2, 0], [3, -6, 9]], np.float32)
    rows, columns, values = kept_of_block(weights, 2, 1)
    found = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), values, strict=True))
    # Of column 0 the largest is 4, of column 1 it is -6; of row 0 it is 5, of row 1 it is 4.
    assert found == {(0, 1): 5, (1, 0): 4, (3, 1): -6}
