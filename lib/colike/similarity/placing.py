"""Assigns tiles to partitions: keys that steer Spark's hash partitioning."""

from dataclasses import dataclass

from colike.compute.placing import partition_keys
from colike.similarity.blocks import Blocks

TILE, KEY = "tile", "key"


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
