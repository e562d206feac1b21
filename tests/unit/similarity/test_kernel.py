from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.kernel import count_rows, cut, fans, within_bounds
from colike.similarity.strips import as_batch, kept_of

ITEMS = 12
USERS = st.lists(st.sets(st.integers(0, ITEMS - 1)), max_size=25)


def packed(users, blocks):
    """Users' likes cut by block, without Spark: indptr and places of each block."""
    offsets = np.concatenate([[0], np.cumsum([len(likes) for likes in users])]).astype(np.int64)
    values = np.array([item for likes in users for item in sorted(likes)], np.int32)
    lengths, starts, places = cut(offsets, values, blocks)
    return [
        (np.concatenate([[0], np.cumsum(lengths[b])]).astype(np.int64),
         places[starts[b] : starts[b + 1]])
        for b in range(blocks)
    ]  # fmt: skip


def likes_of(users, dealt, tile):
    chunks = packed(users, dealt.count)
    left, right = chunks[tile[0]], chunks[tile[1]]
    return (*fans(*left, dealt.size(tile[0]), right[0], tile[0] == tile[1]), right[1])


def strips_of(users, dealt, kept=None, removed=(), least=1, rows=2):
    """The strips of every tile, as rows of the table, by tile."""
    found = {}
    for tile in dealt.tiles():
        height, width = dealt.size(tile[0]), dealt.size(tile[1])
        start = kept_of((kept or {}).get(tile, []), height)
        more, less = (likes_of(some, dealt, tile) for some in (users, removed))
        for row in range(0, height, rows):
            until = min(row + rows, height)
            strip = count_rows(row, until, width, start, more, less, least)
            line = as_batch(tile, row, dealt.count, strip).to_pylist()[0]
            packed_strip = (row, line["lengths"], line["places"], line["counts"])
            found.setdefault(tile, []).append(packed_strip)
    return found


def pairs_of(strips, dealt):
    """Pair of item_idx, the diagonal too -> co-likes."""
    found = {}
    for (i, j), rows in strips.items():
        starts, places, counts = kept_of(rows, dealt.size(i))
        for place in range(dealt.size(i)):
            for at in range(starts[place], starts[place + 1]):
                a, b = place * dealt.count + i, int(places[at]) * dealt.count + j
                pair = (min(a, b), max(a, b))
                assert pair not in found, "a pair is in one tile only"
                found[pair] = int(counts[at])
    return found


def brute_force(users):
    fans_of = [{user for user, likes in enumerate(users) if item in likes} for item in range(ITEMS)]
    pairs = combinations_with_replacement(range(ITEMS), 2)
    counts = {(a, b): len(fans_of[a] & fans_of[b]) for a, b in pairs}
    return {pair: count for pair, count in counts.items() if count}


@settings(deadline=None)
@given(users=USERS, blocks=st.integers(1, 5))
def test_tiles_together_hold_every_pair_that_anybody_likes_both_of(users, blocks):
    dealt = Blocks(ITEMS, blocks)
    assert pairs_of(strips_of(users, dealt), dealt) == brute_force(users)


@settings(deadline=None)
@given(users=USERS, least=st.integers(1, 4))
def test_pairs_with_fewer_colikes_than_wanted_are_left_out(users, least):
    dealt = Blocks(ITEMS, 2)
    expected = {pair: count for pair, count in brute_force(users).items() if count >= least}
    assert pairs_of(strips_of(users, dealt, least=least), dealt) == expected


@settings(deadline=None)
@given(before=USERS, after=USERS, same=USERS, blocks=st.integers(1, 4))
def test_kept_colikes_grown_by_a_change_are_those_counted_anew(before, after, same, blocks):
    dealt = Blocks(ITEMS, blocks)
    kept = strips_of(same + before, dealt, rows=3)
    grown = strips_of(after, dealt, kept, removed=before)
    assert pairs_of(grown, dealt) == brute_force(same + after)


def test_kept_colikes_of_fewer_items_grow_with_the_catalogue():
    small, large = Blocks(7, 3), Blocks(ITEMS, 3)
    kept = strips_of([{0, 3, 6}, {1, 2}], small)
    grown = strips_of([{0, 9, 11}], large, kept)
    assert pairs_of(grown, large) == brute_force([{0, 3, 6}, {1, 2}, {0, 9, 11}])


def test_likes_that_were_never_kept_cannot_be_removed():
    dealt = Blocks(ITEMS, 2)
    with pytest.raises(ValueError, match="more likes were removed"):
        strips_of([], dealt, removed=[{1, 2}])


@settings(deadline=None)
@given(users=USERS, min_colikes=st.integers(1, 4), min_jaccard=st.sampled_from([0.2, 0.25, 0.5]))
def test_bounds_leave_out_what_is_below_them_and_nothing_else(users, min_colikes, min_jaccard):
    dealt = Blocks(ITEMS, 2)
    counts = brute_force(users)
    margins = np.array([counts.get((item, item), 0) for item in range(ITEMS)])
    found = {}
    for (i, j), rows in strips_of(users, dealt).items():
        starts, places, both = kept_of(rows, dealt.size(i))
        strip = (np.diff(starts).astype(np.uint32), places, both)
        a, b, count = within_bounds(0, (i, j, 2), strip, margins, min_colikes, min_jaccard)
        found |= dict(zip(zip(a.tolist(), b.tolist(), strict=True), count.tolist(), strict=True))
    expected = {
        (a, b): count
        for (a, b), count in counts.items()
        if a < b and count >= min_colikes
        if count / (margins[a] + margins[b] - count) >= min_jaccard
    }
    assert found == expected


def test_likes_in_any_order_are_cut_into_ascending_places():
    lengths, starts, places = cut(np.array([0, 4, 6]), np.array([9, 2, 4, 0, 1, 3], np.int32), 2)
    assert lengths.tolist() == [[3, 0], [1, 2]]
    assert [places[starts[b] : starts[b + 1]].tolist() for b in (0, 1)] == [[0, 1, 2], [4, 0, 1]]


@given(items=st.integers(1, 60), count=st.integers(1, 7))
def test_blocks_hold_every_item_once(items, count):
    dealt = Blocks(items, count)
    sizes = [dealt.size(block) for block in range(count)]
    assert sizes == [len(range(block, items, count)) for block in range(count)]
    assert sum(sizes) == items


def test_tiles_are_every_pair_of_blocks_and_those_of_one_block_come_last():
    tiles = Blocks(9, 3).tiles()
    assert sorted(tiles) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert all(i != j for i, j in tiles[:3])


def test_more_cores_likes_or_items_make_more_blocks():
    few = blocks_for(10**6, 10**4, 2).count
    assert blocks_for(likes=10**6, items=10**4, cores=32).count > few
    assert blocks_for(likes=10**10, items=10**4, cores=2).count * 2**26 >= 10**10
    assert blocks_for(likes=10**6, items=10**6, cores=2).count * 2**16 >= 10**6
    assert blocks_for(likes=3, items=2, cores=64).count == 2
