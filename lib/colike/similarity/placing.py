"""Assigns tiles to partitions: keys that steer Spark's hash partitioning."""

from dataclasses import dataclass
from itertools import count

from colike.similarity.blocks import Blocks

TILE, KEY = "tile", "key"
MASK = 0xFFFFFFFF
SEED = 42


@dataclass(frozen=True)
class Plan:
    """The blocks, their tiles in the order in which tasks start, and the key of each tile."""

    blocks: Blocks
    tiles: list[tuple[int, int]]
    keys: list[int]

    @staticmethod
    def of(blocks: Blocks) -> "Plan":
        """Return the plan with each tile in a partition of its own."""
        tiles = blocks.tiles()
        return Plan(blocks, tiles, partition_keys(len(tiles)))

    def targets(self, block: int) -> list[tuple[int, int]]:
        """Return tile number and key of each tile that a block is in."""
        return [
            (number, self.keys[number]) for number, tile in enumerate(self.tiles) if block in tile
        ]


def partition_keys(partitions: int) -> list[int]:
    """Return for each partition an int that Spark's hash partitioning sends to it.

    Hashing the tile numbers themselves would put several tiles into the same task.
    """
    keys: dict[int, int] = {}
    for key in count():
        keys.setdefault(spark_hash(key) % partitions, key)
        if len(keys) == partitions:
            break
    return [keys[partition] for partition in range(partitions)]


def spark_hash(value: int) -> int:
    """Return Spark's `hash` of an int, which it partitions by: 32-bit Murmur3 (Appleby)."""
    mixed = _rotated(value * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK
    state = _rotated(SEED ^ mixed, 13) * 5 + 0xE6546B64 & MASK
    state ^= 4
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        state = (state ^ state >> shift) * factor & MASK
    return state - (1 << 32) if state >> 31 else state


def _rotated(bits: int, left: int) -> int:
    return (bits << left | bits >> (32 - left)) & MASK
