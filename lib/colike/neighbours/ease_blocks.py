"""Blocks of items for EASE of large catalogues: each item is solved with those most related to it.

The inverse of a Gram matrix is local: what an item's column owes to items that it shares few users
with is small. So a column is solved among its own group and the items most related to that (after
Steck, "Markov Random Fields for Collaborative Filtering", 2019).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.ragged import starts_of
from colike.neighbours.ease import Edges


@dataclass(frozen=True)
class ItemBlocks:
    """Items that are solved together, each liked item in one group, and in others' surroundings.

    Block b has the members `items[indptr[b]:indptr[b + 1]]`, of which the first `own[b]` are its
    group; the others surround them.
    """

    indptr: Longs
    items: Ints
    own: Longs

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self.own)

    def members(self, block: int) -> Ints:
        """Return the items of a block, its group first."""
        return self.items[self.indptr[block] : self.indptr[block + 1]]

    def places(self, items: int) -> tuple[Longs, Ints, Ints]:
        """Return each item's blocks and its place in them: indptr by item, blocks and places."""
        sizes = np.diff(self.indptr)
        blocks = np.repeat(np.arange(len(self), dtype=np.int32), sizes)
        places = np.arange(len(self.items)) - np.repeat(self.indptr[:-1], sizes)
        by_item = np.argsort(self.items, kind="stable")
        starts = starts_of(np.bincount(self.items, minlength=items))
        return starts, blocks[by_item], places[by_item].astype(np.int32)


def blocks_of(indptr: Longs, items: Ints, weights: Doubles, popular: Ints, size: int) -> ItemBlocks:
    """Return blocks of at most `size` items, half of them the group and half what surrounds it.

    A group grows from its most liked item along the neighbours. Around it are the nearest others of
    each of its items, then the second nearest, and so on. If all items fit into a block, there is
    one.

    Args:
        indptr: Where each item's neighbours begin in `items` and `weights`.
        items: The neighbours, best first.
        weights: Their weights, positive.
        popular: The items with a like, most liked first.
        size: Items of a block, at least 2.
    """
    if len(popular) <= size:
        one = np.array([0, len(popular)], np.int64)
        return ItemBlocks(one, popular, one[1:])
    starts, grouped = _groups(indptr, items, popular, size // 2)
    blocks = []
    for first, last in pairwise(starts.tolist()):
        group = grouped[first:last]
        around = _surroundings(indptr, items, weights, group)[: size - len(group)]
        blocks.append(np.concatenate([group, around]))
    sizes = np.array([len(block) for block in blocks])
    return ItemBlocks(starts_of(sizes), np.concatenate(blocks), np.diff(starts))


def _surroundings(indptr: Longs, items: Ints, weights: Doubles, group: Ints) -> Ints:
    """Return the neighbours of a group's items that are not in it, those of best rank first.

    Of equal rank, those with the largest sum of weights come first: by the sum alone, an item whose
    neighbours are nobody else's would be solved without them.
    """
    edges = [np.arange(indptr[one], indptr[one + 1]) for one in group]
    mine, ranks = np.concatenate(edges), np.concatenate([np.arange(len(one)) for one in edges])
    count = len(indptr) - 1
    best = np.full(count, count)
    np.minimum.at(best, items[mine], ranks)
    best[group] = count
    related = np.bincount(items[mine], weights[mine], count)
    order = np.lexsort((np.arange(count), -related, best))
    return np.asarray(order[best[order] < count], np.int32)


@compiled
def _groups(indptr: Longs, items: Ints, popular: Ints, size: int) -> tuple[Longs, Ints]:
    """Return where each group begins, and the items by group."""
    wanted = np.zeros(len(indptr) - 1, np.bool_)
    wanted[popular] = True
    grouped = np.empty(len(popular), np.int32)
    starts = [0]
    filled = asked = ahead = 0
    while filled < len(popular):
        if asked == filled:  # nobody is left whose neighbours could join
            while not wanted[popular[ahead]]:
                ahead += 1
            grouped[filled] = popular[ahead]
            wanted[popular[ahead]] = False
            filled += 1
        item = grouped[asked]
        asked += 1
        for at in range(indptr[item], indptr[item + 1]):
            other = items[at]
            if wanted[other] and filled < starts[-1] + size:
                grouped[filled] = other
                wanted[other] = False
                filled += 1
        if filled == starts[-1] + size:
            starts.append(filled)
            asked = filled
    if starts[-1] < filled:
        starts.append(filled)
    return np.array(starts, np.int64), grouped


def kept_of_block(weights: Floats, own: int, keep: int) -> tuple[Ints, Ints, Floats]:
    """Return the largest weights of a solved block: rows, columns and weights.

    Of each column of its group the largest, and of each row of it; so an item that many groups are
    surrounded by adds no more than they ask of it.

    Args:
        weights: Members x members.
        own: Size of the group: the first members.
        keep: Weights of each row, and of each column.
    """
    solved = weights[:, :own]
    size = np.abs(solved)
    by_column = _least(size.T, keep)
    by_row = np.full(len(weights), np.inf, np.float32)
    by_row[:own] = _least(size[:own], keep)
    rows, columns = np.nonzero(((size >= by_row[:, None]) | (size >= by_column)) & (size > 0))
    return rows.astype(np.int32), columns.astype(np.int32), solved[rows, columns]


def largest(owners: Ints, items: Ints, weights: Floats, keep: int, order: Ints) -> Edges:
    """Return the edges that are among the largest of their owner, or of their item.

    Args:
        owners: The item that each edge starts from.
        items: The item that it leads to.
        weights: Its signed weight.
        keep: How many of each owner, and of each item.
        order: Rank of each item by id, which breaks ties.
    """
    size = np.abs(weights)
    stays = np.zeros(len(size), np.bool_)
    for ends in (owners, items):
        by_size = np.lexsort((-size, ends))
        starts = starts_of(np.bincount(ends, minlength=len(order)))
        last = np.minimum(starts[:-1] + keep, starts[1:]) - 1
        least = np.zeros(len(order), np.float32)
        least[last >= starts[:-1]] = size[by_size[last[last >= starts[:-1]]]]
        stays |= size >= least[ends]
    mine = np.flatnonzero(stays)
    by_rank = mine[np.lexsort((order[items[mine]], -size[mine], owners[mine]))]
    return Edges(owners[by_rank], items[by_rank], weights[by_rank].astype(np.float64))


def _least(size: Floats, keep: int) -> Floats:
    """Return the so many-largest number of each row, zero where there are no more."""
    if size.shape[1] <= keep:
        return np.zeros(len(size), np.float32)
    place = size.shape[1] - keep
    return np.asarray(np.partition(size, place, axis=1)[:, place])
