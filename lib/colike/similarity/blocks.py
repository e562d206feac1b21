"""Divides items into blocks; pairs of blocks are tiles."""

from dataclasses import dataclass
from math import ceil, isqrt

# Likes of a block that one task transposes: 2 bytes each packed, 8 more transposed.
LIKES_PER_BLOCK = 1 << 26
# A place within a block is sent as two bytes.
ITEMS_PER_BLOCK = 1 << 16
TILES_PER_CORE = 4


@dataclass(frozen=True)
class Blocks:
    """Which block each item is in, and at which place: item_idx % count and item_idx // count.

    Items are dealt like cards, so that each block gets old and new items. A new item moves no
    other, so kept counts stay valid.
    """

    #: Number of items; every item_idx is below it.
    items: int
    #: Number of blocks.
    count: int

    def size(self, block: int) -> int:
        """Return the number of items of a block.

        >>> [Blocks(items=7, count=3).size(block) for block in range(3)]
        [3, 2, 2]
        """
        return (self.items - block + self.count - 1) // self.count

    def tiles(self) -> list[tuple[int, int]]:
        """Return the pairs of blocks (i <= j), costliest first: a block with itself costs half."""
        pairs = [(i, j) for i in range(self.count) for j in range(i, self.count)]
        return sorted(pairs, key=lambda tile: (tile[0] == tile[1], tile))


def blocks_for(likes: int, items: int, cores: int) -> Blocks:
    """Return blocks for this number of likes and items.

    There are enough tiles to keep all cores busy to the end, and blocks fit a task's memory.

    >>> blocks_for(likes=17_600_000, items=17_000, cores=2)
    Blocks(items=17000, count=4)
    """
    # There are count x (count + 1) / 2 tiles.
    for_cores = isqrt(2 * TILES_PER_CORE * cores)
    for_memory = max(ceil(likes / LIKES_PER_BLOCK), ceil(items / ITEMS_PER_BLOCK))
    return Blocks(items, max(1, min(max(for_cores, for_memory), items)))
