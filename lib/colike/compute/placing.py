"""Keys that steer Spark's hash partitioning: each task gets a partition of its own."""

from itertools import count

MASK = 0xFFFFFFFF
SEED = 42


def partition_keys(partitions: int) -> list[int]:
    """Return for each partition an int that Spark's hash partitioning sends to it.

    Hashing the numbers of tasks themselves would put several into one partition.
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
