"""How items are dealt into blocks, and which pairs of blocks (tiles) cost how much."""

from dataclasses import dataclass
from math import ceil, isqrt

import numpy as np

from colike.similarity.kernel import Ints, Longs

# Likes of a block that one task turns around: 2 bytes each packed, 8 more turned around.
LIKES_PER_BLOCK = 1 << 26
# Places in a block travel as two bytes.
ITEMS_PER_BLOCK = 1 << 16
TILES_PER_CORE = 4


@dataclass(frozen=True)
class Blocks:
    """Which block each liked item is in, and where; the most liked come first in each.

    Items are dealt out in the order of their likes, like cards, so that blocks have about as
    many likes, and tiles about the same work.
    """

    #: Block of each item_idx; -1 for one that nobody likes.
    block: Ints
    #: Place of each item_idx in its block; -1 for one that nobody likes.
    place: Ints
    #: item_idx by place, for each block.
    items: tuple[Ints, ...]
    #: Likes of each item by place, for each block.
    likes: tuple[Longs, ...]

    @staticmethod
    def of(likes: Longs, count: int) -> "Blocks":
        """Deal the items out.

        Args:
            likes: Likes of each item_idx.
            count: Number of blocks.
        """
        order = np.lexsort((np.arange(len(likes)), -likes))[: int((likes > 0).sum())]
        block = np.full(len(likes), -1, np.int32)
        place = np.full(len(likes), -1, np.int32)
        block[order] = np.arange(len(order)) % count
        place[order] = np.arange(len(order)) // count
        items = tuple(order[number::count].astype(np.int32) for number in range(count))
        return Blocks(block, place, items, tuple(likes[mine] for mine in items))

    def tiles(self) -> list[tuple[int, int]]:
        """Return the pairs of blocks (i <= j), costliest first: a block with itself is half."""
        count = len(self.items)
        pairs = [(i, j) for i in range(count) for j in range(i, count)]
        return sorted(pairs, key=lambda tile: (tile[0] == tile[1], tile))


def blocks_for(likes: int, items: int, cores: int) -> int:
    """Return the number of blocks for so many likes and liked items.

    Enough tiles to keep the cores busy to the end, and blocks that fit a task's memory.

    >>> blocks_for(likes=17_600_000, items=17_000, cores=2)
    4
    """
    # count x (count + 1) / 2 tiles.
    for_cores = isqrt(2 * TILES_PER_CORE * cores)
    for_memory = max(ceil(likes / LIKES_PER_BLOCK), ceil(items / ITEMS_PER_BLOCK))
    return max(1, min(max(for_cores, for_memory), items))
