"""The search of an index: all items that probe a list are multiplied with it at once.

faiss's own search reads the probed lists anew for every item, and is bound by memory. Where every
item is asked for, hundreds of those in one task probe the same list, and one matrix product
serves them all.
"""

from itertools import pairwise

import numpy as np

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import insert
from colike.neighbours.index import Index, probed_lists

# Numbers of a product that are held at once.
CELLS = 1 << 22


def candidates(index: Index, own: Longs, probes: int, size: int) -> Ints:
    """Return the places of the nearest items in the probed lists, themselves among them.

    The result is items x size, nearest first, -1 where the lists hold no more. Cosines are in
    single precision, and equal ones in the order of ids.

    Args:
        index: What is searched.
        own: Places of the items that are asked for.
        probes: How many lists each looks into.
        size: How many candidates each gets.
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


@compiled
def keep_largest(
    cosines: Floats, rows: Ints, start: int, order: Ints, keys: Doubles, found: Ints
) -> None:
    """Put the largest cosines into the lists of their items.

    Args:
        cosines: Items x places of one list.
        rows: Which rows of `keys` and `found` the items have.
        start: The first place.
        order: Rank by id of each place.
        keys: Cosines found so far, falling; least where there are none.
        found: Their places.
    """
    size = keys.shape[1]
    for item in range(len(rows)):
        row = rows[item]
        least = keys[row, size - 1]
        for place in range(cosines.shape[1]):
            cosine = float(cosines[item, place])
            if cosine >= least:
                insert(keys[row], found[row], size, cosine, start + place, order)
                least = keys[row, size - 1]
