from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.kernel import count_rows, cut, fans

ITEMS = 12
USERS = st.lists(st.sets(st.integers(0, ITEMS - 1)), max_size=25)


def margins_of(users):
    return np.bincount([item for likes in users for item in likes], minlength=ITEMS)


def counted(users, blocks, min_colikes=1, min_jaccard=0.0):
    """What the engine does with one group of users, without Spark: pair -> co-likes."""
    offsets = np.concatenate([[0], np.cumsum([len(likes) for likes in users])]).astype(np.int64)
    values = np.array([item for likes in users for item in sorted(likes)], np.int32)
    dealt = Blocks.of(margins_of(users), blocks)
    lengths, starts, places = cut(offsets, values, dealt.block, dealt.place, blocks)
    packed = [
        (
            np.concatenate([[0], np.cumsum(lengths[b])]).astype(np.int64),
            places[starts[b] : starts[b + 1]].astype(np.uint16),
        )
        for b in range(blocks)
    ]
    found = {}
    for i, j in dealt.tiles():
        left, right = packed[i], packed[j]
        mine, other = dealt.likes[i], dealt.likes[j]
        turned = fans(*left, len(mine), right[0], i == j)
        bounds = (min_colikes, min_jaccard)
        for row in range(len(mine)):
            a, b, both = count_rows(row, row + 1, *turned, right[1], mine, other, *bounds)
            for x, y, count in zip(dealt.items[i][a], dealt.items[j][b], both, strict=True):
                pair = (min(x, y), max(x, y))
                assert pair not in found, "a pair is in one tile only"
                found[pair] = count
    return found


def brute_force(users, min_colikes=1, min_jaccard=0.0):
    fans_of = [{user for user, likes in enumerate(users) if item in likes} for item in range(ITEMS)]
    counts = {(a, b): len(fans_of[a] & fans_of[b]) for a, b in combinations(range(ITEMS), 2)}
    return {
        (a, b): count
        for (a, b), count in counts.items()
        if count >= min_colikes and count / len(fans_of[a] | fans_of[b]) >= min_jaccard
    }


@settings(deadline=None)
@given(users=USERS, blocks=st.integers(1, 5))
def test_tiles_together_hold_every_pair_that_anybody_likes_both_of(users, blocks):
    assert counted(users, blocks) == brute_force(users)


@settings(deadline=None)
@given(users=USERS, min_colikes=st.integers(1, 4), min_jaccard=st.sampled_from([0.2, 0.25, 0.5]))
def test_bounds_leave_out_what_is_below_them_and_nothing_else(users, min_colikes, min_jaccard):
    assert counted(users, 2, min_colikes, min_jaccard) == brute_force(
        users, min_colikes, min_jaccard
    )


@given(likes=st.lists(st.integers(0, 50), min_size=1, max_size=40), count=st.integers(1, 6))
def test_blocks_hold_each_liked_item_once_and_share_the_likes(likes, count):
    margins = np.array(likes)
    dealt = Blocks.of(margins, count)
    held = np.concatenate(dealt.items)
    assert sorted(held) == np.flatnonzero(margins).tolist()
    for number, items in enumerate(dealt.items):
        assert (dealt.block[items] == number).all()
        assert (dealt.place[items] == np.arange(len(items))).all()
        assert (np.diff(dealt.likes[number]) <= 0).all()
    sums = [int(mine.sum()) for mine in dealt.likes]
    assert max(sums) - min(sums) <= margins.max()


def test_tiles_are_every_pair_of_blocks_and_those_of_one_block_come_last():
    tiles = Blocks.of(np.ones(9, np.int64), 3).tiles()
    assert sorted(tiles) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert all(i != j for i, j in tiles[:3])


def test_more_cores_likes_or_items_make_more_blocks():
    assert blocks_for(likes=10**6, items=10**4, cores=32) > blocks_for(10**6, 10**4, 2)
    assert blocks_for(likes=10**10, items=10**4, cores=2) * 2**26 >= 10**10
    assert blocks_for(likes=10**6, items=10**6, cores=2) * 2**16 >= 10**6
    assert blocks_for(likes=3, items=2, cores=64) == 2
