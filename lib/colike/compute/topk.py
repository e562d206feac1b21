"""Compiled building blocks of top-k: a bounded sorted list, and a dot product."""

from colike.compute.arrays import Doubles, Floats, Ints
from colike.compute.compiled import compiled, compiled_sums


@compiled
def insert(keys: Doubles, values: Ints, filled: int, key: float, value: int, order: Ints) -> int:
    """Insert into a list sorted by falling key, then rising `order`; return its new length."""
    size = len(keys)
    at = filled
    while at > 0 and (
        keys[at - 1] < key or (keys[at - 1] == key and order[values[at - 1]] > order[value])
    ):
        at -= 1
    if at >= size:
        return filled
    last = min(filled, size - 1)
    for position in range(last, at, -1):
        keys[position] = keys[position - 1]
        values[position] = values[position - 1]
    keys[at] = key
    values[at] = value
    return min(filled + 1, size)


@compiled_sums
def dot(left: Doubles, right: Floats) -> float:
    """Return the dot product of two vectors in double precision."""
    total = 0.0
    for at in range(len(left)):
        total += left[at] * right[at]
    return total
