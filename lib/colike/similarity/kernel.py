"""Compiled kernels of the tiled engine: likes cut by item block, and the product of two blocks.

Numba rather than SciPy's sparse product: docs/decisions/0005-tiled-similarity.md has both.
"""

import numpy as np
import numpy.typing as npt

from colike.compiled import compiled

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint16]


@compiled
def cut(
    offsets: Longs, values: Ints, block: Ints, place: Ints, blocks: int
) -> tuple[Ints, Longs, Ints]:
    """Cut users' likes by the blocks of their items.

    Args:
        offsets: Where each user's likes begin in `values`; length users + 1.
        values: item_idx.
        block: Block of each item_idx.
        place: Place of each item_idx in its block.
        blocks: Number of blocks.

    Returns:
        Likes of each user in each block (blocks x users), where each block begins in the last
        array (length blocks + 1), and places in the blocks: block after block, user after user,
        ascending.
    """
    users = len(offsets) - 1
    lengths = np.zeros((blocks, users), np.int32)
    for user in range(users):
        for at in range(offsets[user], offsets[user + 1]):
            lengths[block[values[at]], user] += 1
    starts = np.zeros(blocks + 1, np.int64)
    for b in range(blocks):
        starts[b + 1] = starts[b] + lengths[b].sum()
    places = np.empty(starts[blocks], np.int32)
    end = starts[:blocks].copy()
    for user in range(users):
        for at in range(offsets[user], offsets[user + 1]):
            item = values[at]
            places[end[block[item]]] = place[item]
            end[block[item]] += 1
        for b in range(blocks):
            mine = places[end[b] - lengths[b, user] : end[b]]
            mine.sort()
    return lengths, starts, places


@compiled
def fans(
    indptr: Longs, places: Places, items: int, other: Longs, same: bool
) -> tuple[Longs, Ints, Ints]:
    """Turn a block's users x items around, as ranges of the other block's places.

    Args:
        indptr: Where each user's likes begin in `places`; length users + 1.
        places: Places in the block, ascending within a user.
        items: Size of the block.
        other: The `indptr` of the other block.
        same: Whether the other block is this one; then a range begins behind the item itself.

    Returns:
        Where each item's fans begin (length items + 1), and for each fan the first place of the
        other block that counts with the item, and the place behind the last.
    """
    starts = np.zeros(items + 1, np.int64)
    for place in places:
        starts[place + 1] += 1
    for item in range(items):
        starts[item + 1] += starts[item]
    end = starts[:items].copy()
    first = np.empty(len(places), np.int32)
    last = np.empty(len(places), np.int32)
    for user in range(len(indptr) - 1):
        for at in range(indptr[user], indptr[user + 1]):
            slot = end[places[at]]
            first[slot] = at + 1 if same else other[user]
            last[slot] = other[user + 1]
            end[places[at]] = slot + 1
    return starts, first, last


@compiled
def count_rows(
    row: int, until: int, starts: Longs, first: Ints, last: Ints,
    places: Places, likes_a: Longs, likes_b: Longs,
    min_colikes: int, min_jaccard: float,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Count the co-likes of some items of a block with all of another; keep what is in bounds.

    One item at a time, its counts in one array as long as the other block: small enough to stay
    in the processor's first cache, which is where the time goes.

    Args:
        row: First item of the block.
        until: The one behind the last.
        starts: As `fans` returns it.
        first: As `fans` returns it.
        last: As `fans` returns it.
        places: Places of the other block.
        likes_a: Likes of each item of the block.
        likes_b: Likes of each item of the other block.
        min_colikes: Fewest co-likes of a pair, at least 1.
        min_jaccard: Least jaccard of a pair.

    Returns:
        Item of the block, item of the other block, and co-likes of each pair.
    """
    width = len(likes_b)
    size = (until - row) * width
    a, b, both = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    found = 0
    counts = np.zeros(width, np.int32)
    for item in range(row, until):
        for fan in range(starts[item], starts[item + 1]):
            for at in range(first[fan], last[fan]):
                counts[places[at]] += 1
        for other in range(width):
            count = counts[other]
            counts[other] = 0
            if count >= min_colikes:
                union = likes_a[item] + likes_b[other] - count
                if float(count) / float(union) >= min_jaccard:
                    a[found], b[found], both[found] = item, other, count
                    found += 1
    return a[:found].copy(), b[:found].copy(), both[:found].copy()
