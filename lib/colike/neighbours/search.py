"""Searches an index: all items that probe a list are multiplied with it at once.

faiss's own search reads the probed lists again for every item, and is bound by memory. Here every
item is a query, hundreds of items in a task probe the same list, and one matrix product serves
them all.
"""

from itertools import pairwise

import numpy as np

from colike.compute.arrays import Ints, Longs
from colike.neighbours.cosine import keep_largest
from colike.neighbours.index import Index, probed_lists

# Cells of a product that are in memory at once.
CELLS = 1 << 22


def candidates(index: Index, own: Longs, probes: int, size: int) -> Ints:
    """Return the places of each item's nearest in the probed lists, possibly including itself.

    The result is items x size, nearest first, -1 past the end. Cosines are in single precision,
    and ties are in the order of ids.

    Args:
        index: The index to search.
        own: Places of the items whose neighbours are wanted.
        probes: How many lists each item probes.
        size: How many candidates each item gets.
    """
    asked = np.ascontiguousarray(index.vectors[own])
    lists = probed_lists(index, asked, probes).ravel()
    by_list = np.argsort(lists, kind="stable")
    rows = (by_list // probes).astype(np.int32)
    bounds = np.searchsorted(lists[by_list], np.arange(len(index.centres) + 1))
    found = np.full((len(own), size), -1, np.int32)
    keys = np.full((len(own), size), -np.inf)
    for which, (start, end) in enumerate(pairwise(index.starts)):
        theirs = index.vectors[start:end]
        height = max(1, CELLS // max(1, end - start))
        for first in range(bounds[which], bounds[which + 1], height):
            mine = rows[first : min(first + height, bounds[which + 1])]
            keep_largest(asked[mine] @ theirs.T, mine, start, index.order, keys, found)
    return found
