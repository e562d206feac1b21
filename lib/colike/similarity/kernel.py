"""Compiled kernels of the tiled engine: split likes by item block, and multiply two blocks.

docs/decisions/0005-tiled-similarity.md compares Numba with SciPy's sparse product.
"""

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled

Places = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.uint32]
#: Likes of a tile: where each item's fans begin; start and end of each fan's places in the other
#: block; those places.
Fans = tuple[Longs, Ints, Ints, Places]
#: Kept co-likes of a tile: where each item's begin, places in the other block, co-likes.
Kept = tuple[Longs, Places, Counts]
#: Co-likes of some items of a block with another block: number of pairs of each item; for each
#: pair the place in the other block, ascending; for each pair the co-likes.
Strip = tuple[Counts, Places, Counts]


@compiled
def cut(offsets: Longs, values: Ints, blocks: int) -> tuple[Counts, Longs, Places]:
    """Split users' likes by the blocks of their items.

    Args:
        offsets: Where each user's likes begin in `values`; length users + 1.
        values: item_idx, in any order within a user.
        blocks: Number of blocks.

    Returns:
        Likes of each user in each block (blocks x users), where each block begins in the last
        array (length blocks + 1), and places in the blocks: block after block, user after user,
        ascending.
    """
    users = len(offsets) - 1
    lengths = np.zeros((blocks, users), np.uint32)
    for user in range(users):
        for at in range(offsets[user], offsets[user + 1]):
            lengths[values[at] % blocks, user] += 1
    starts = np.zeros(blocks + 1, np.int64)
    for b in range(blocks):
        starts[b + 1] = starts[b] + lengths[b].sum()
    places = np.empty(starts[blocks], np.uint16)
    end = starts[:blocks].copy()
    for user in range(users):
        ascending = True
        for at in range(offsets[user], offsets[user + 1]):
            block = values[at] % blocks
            places[end[block]] = values[at] // blocks
            end[block] += 1
            ascending &= at == offsets[user] or values[at - 1] < values[at]
        if not ascending:
            for b in range(blocks):
                places[end[b] - lengths[b, user] : end[b]].sort()
    return lengths, starts, places


@compiled
def fans(
    indptr: Longs, places: Places, items: int, other: Longs, same: bool
) -> tuple[Longs, Ints, Ints]:
    """Transpose a block's users x items, as ranges of the other block's places.

    Args:
        indptr: Where each user's likes begin in `places`; length users + 1.
        places: Places in the block, ascending within a user.
        items: Size of the block.
        other: The `indptr` of the other block.
        same: Whether the other block is the same; a range then begins at the item itself.

    Returns:
        Where each item's fans begin (length items + 1), and for each fan start and end (not
        included) of the other block's places that count with the item.
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
            first[slot] = at if same else other[user]
            last[slot] = other[user + 1]
            end[places[at]] = slot + 1
    return starts, first, last


@compiled
def count_rows(
    row: int, until: int, width: int, kept: Kept, added: Fans, removed: Fans, least: int
) -> Strip:
    """Return the co-likes of some items of a block with all of another: kept + added - removed.

    Works on one item at a time, with its counts in an array as long as the other block. That is
    small enough for the processor's first cache, and memory access is where the time goes.

    Args:
        row: First item of the block.
        until: End of the range, not included.
        width: Size of the other block.
        kept: Co-likes to start from.
        added: Likes to add.
        removed: Likes that `kept` includes and that are to be subtracted.
        least: Fewest co-likes that are returned, at least 1.

    Raises:
        ValueError: More likes are removed than `kept` includes.
    """
    size = (until - row) * width
    lengths = np.zeros(until - row, np.uint32)
    places, counts = np.empty(size, np.uint16), np.empty(size, np.uint32)
    found = 0
    line = np.zeros(width, np.int32)
    for item in range(row, until):
        for at in range(kept[0][item], kept[0][item + 1]):
            line[kept[1][at]] = kept[2][at]
        for fan in range(added[0][item], added[0][item + 1]):
            for at in range(added[1][fan], added[2][fan]):
                line[added[3][at]] += 1
        for fan in range(removed[0][item], removed[0][item + 1]):
            for at in range(removed[1][fan], removed[2][fan]):
                line[removed[3][at]] -= 1
        before = found
        for other in range(width):
            count = line[other]
            line[other] = 0
            if count >= least:
                places[found], counts[found] = other, count
                found += 1
            elif count < 0:
                raise ValueError("more likes were removed than item_colikes holds")
        lengths[item - row] = found - before
    return lengths, places[:found].copy(), counts[:found].copy()


@compiled
def weigh_rows(
    row: int, until: int, width: int, ratings: Fans, worth: Doubles
) -> tuple[Floats, Floats, Floats]:
    """Return weighted co-ratings of some items of a block with all of another, each a row.

    The places of a block are those of its items, once per opinion: the first `width` of likes, the
    next of the second opinion, and so on. Counts are whole numbers until they are weighed, so that
    no order of users changes a bit.

    Args:
        row: First item of the block.
        until: End of the range, not included.
        width: Places of an opinion in both blocks.
        ratings: Ratings of the tile.
        worth: What each opinion weighs; likes come first.

    Returns:
        Of item i and other item j, summed over users: worth(i) worth(j); worth(i) where j is a
        like; worth(j) where i is a like.
    """
    opinions = len(worth)
    both = np.zeros((until - row, width), np.float32)
    forth, back = np.zeros_like(both), np.zeros_like(both)
    line = np.zeros(opinions * width, np.int32)
    total, ahead, behind = np.zeros(width), np.zeros(width), np.zeros(width)
    for item in range(row, until):
        total[:], ahead[:], behind[:] = 0.0, 0.0, 0.0
        for mine in range(opinions):
            place = mine * width + item
            for fan in range(ratings[0][place], ratings[0][place + 1]):
                for at in range(ratings[1][fan], ratings[2][fan]):
                    line[ratings[3][at]] += 1
            for theirs in range(opinions):
                weight = worth[mine] * worth[theirs]
                for other in range(width):
                    count = line[theirs * width + other]
                    total[other] += weight * count
                    if theirs == 0:
                        ahead[other] += worth[mine] * count
                    if mine == 0:
                        behind[other] += worth[theirs] * count
            line[:] = 0
        both[item - row], forth[item - row], back[item - row] = total, ahead, behind
    return both, forth, back


@compiled
def count_pairs(items: Places, others: Places, width: int, likes: Fans) -> Counts:
    """Return the co-likes of chosen pairs, each of an item of one block and one of another.

    Args:
        items: Place of each pair's item in the block, ascending.
        others: Place of each pair's item in the other block.
        width: Size of the other block.
        likes: Likes of the tile.
    """
    counts = np.empty(len(items), np.uint32)
    line = np.zeros(width, np.uint32)
    at = 0
    while at < len(items):
        item = items[at]
        for fan in range(likes[0][item], likes[0][item + 1]):
            for place in range(likes[1][fan], likes[2][fan]):
                line[likes[3][place]] += 1
        while at < len(items) and items[at] == item:
            counts[at] = line[others[at]]
            at += 1
        line[:] = 0
    return counts


@compiled
def within_bounds(
    first: int, blocks: tuple[int, int, int], strip: Strip,
    margins: Longs, min_colikes: int, min_jaccard: float,
) -> tuple[Ints, Ints, Longs]:  # fmt: skip
    """Return item_a < item_b (item_idx) and the co-likes of a strip's pairs within the bounds.

    Args:
        first: Place of the strip's first item.
        blocks: The items' block, the other block, and the number of blocks.
        strip: As `count_rows` returns it.
        margins: Likes of each item_idx.
        min_colikes: Fewest co-likes of a pair, at least 1.
        min_jaccard: Least jaccard of a pair.
    """
    lengths, places, counts = strip
    a, b = np.empty(len(places), np.int32), np.empty(len(places), np.int32)
    both = np.empty(len(places), np.int64)
    found, at = 0, 0
    for row in range(len(lengths)):
        item = (first + row) * blocks[2] + blocks[0]
        for _ in range(lengths[row]):
            other, count = np.int64(places[at]) * blocks[2] + blocks[1], np.int64(counts[at])
            at += 1
            if count >= min_colikes and other != item:
                union = margins[item] + margins[other] - count
                if float(count) / float(union) >= min_jaccard:
                    a[found], b[found], both[found] = min(item, other), max(item, other), count
                    found += 1
    return a[:found].copy(), b[:found].copy(), both[:found].copy()
