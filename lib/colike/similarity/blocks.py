"""How items are dealt into blocks, and which pairs of blocks (tiles) there are."""

from dataclasses import dataclass
from math import ceil, isqrt

# Likes of a block that one task turns around: 2 bytes each packed, 8 more turned around.
LIKES_PER_BLOCK = 1 << 26
# Places in a block travel as two bytes.
ITEMS_PER_BLOCK = 1 << 16
TILES_PER_CORE = 4


@dataclass(frozen=True)
class Blocks:
    """Which block each item is in, and where: item_idx % count, and item_idx // count.

    Items are dealt out like cards, so that blocks share old items and new ones, and a new item
    moves no other: counts that were kept stay good.
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
        """Return the pairs of blocks (i <= j), costliest first: a block with itself is half."""
        pairs = [(i, j) for i in range(self.count) for j in range(i, self.count)]
        return sorted(pairs, key=lambda tile: (tile[0] == tile[1], tile))


def blocks_for(likes: int, items: int, cores: int) -> Blocks:
    """Return the blocks for so many likes and items.

    Enough tiles to keep the cores busy to the end, and blocks that fit a task's memory.

    >>> blocks_for(likes=17_600_000, items=17_000, cores=2)
    Blocks(items=17000, count=4)
    """
    # count x (count + 1) / 2 tiles.
    for_cores = isqrt(2 * TILES_PER_CORE * cores)
    for_memory = max(ceil(likes / LIKES_PER_BLOCK), ceil(items / ITEMS_PER_BLOCK))
    return Blocks(items, max(1, min(max(for_cores, for_memory), items)))
