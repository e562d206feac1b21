"""The compiled scoring kernel: adds up the neighbours of likes, drops seen items, keeps the best.

Everything is in item_idx. Sums run in double precision over a user's likes in order, so a list
is the same to the last bit on any partitioning.
"""

import numpy as np

from colike.compute.arrays import Bools, Doubles, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import insert
from colike.recommend.histories import ROWS

BECAUSE_PARTS = 3
SUM, MAX, COUNT_THEN_MAX, COUNT_THEN_SUM = 0, 1, 2, 3
AGGREGATES = {
    "sum": SUM,
    "max": MAX,
    "count_then_max": COUNT_THEN_MAX,
    "count_then_sum": COUNT_THEN_SUM,
}
# What is kept of an item's weights: their sum or maximum, whichever the aggregate needs; how many.
WEIGHT, SUPPORT = 0, 1


@compiled
def adds(aggregate: int) -> bool:
    """Return whether an aggregate needs the sum of the weights, rather than their maximum."""
    return aggregate in (SUM, COUNT_THEN_SUM)


@compiled
def aggregated(aggregate: int, weight: float, support: float) -> float:
    """Return a candidate's score (docs/method.md, The book's engine)."""
    if aggregate in (SUM, MAX):
        return weight
    # Weights are in [-1, 1], so half of one never outweighs a count.
    if aggregate == COUNT_THEN_MAX:
        return support + weight / 2
    return support + weight / support / 2


@compiled
def add_up(
    likes: Ints, indptr: Longs, items: Ints, weights: Doubles, by_sum: bool, sums: Doubles,
    touched: Ints,
) -> int:  # fmt: skip
    """Add the neighbours of all likes to `sums`; return the number of distinct items in `touched`.

    An item's numbers are adjacent in memory, so each weight costs one access. `touched` has room
    for one item too many, because an item is written before it is known to be new.
    """
    count = 0
    for like in likes:
        for at in range(indptr[like], indptr[like + 1]):
            item, weight = items[at], weights[at]
            touched[count] = item
            count += sums[item, SUPPORT] == 0
            if by_sum:
                sums[item, WEIGHT] += weight
            else:
                sums[item, WEIGHT] = max(sums[item, WEIGHT], weight)
            sums[item, SUPPORT] += 1
    return count


@compiled
def choose(
    touched: Ints, is_seen: Bools, sums: Doubles, nothing: float, aggregate: int,
    scores: Doubles, best: Ints, order: Ints,
) -> int:  # fmt: skip
    """Fill a user's list with the best unseen of the touched items; return its length.

    Clears their sums for the next user in the same pass, while they are in the cache.
    """
    filled, size = 0, len(best)
    # Once the list is full, most items score below its last one and need not be inserted.
    least = -np.inf
    for item in touched:
        score = aggregated(aggregate, sums[item, WEIGHT], sums[item, SUPPORT])
        sums[item, WEIGHT], sums[item, SUPPORT] = nothing, 0.0
        if score >= least and not is_seen[item]:
            filled = insert(scores, best, filled, score, item, order)
            if filled == size:
                least = scores[size - 1]
    return filled


@compiled
def explain(
    likes: Ints, indptr: Longs, items: Ints, weights: Doubles, order: Ints, is_listed: Bools,
    slots: Ints, because: Ints, parts: Doubles, supports: Ints,
) -> None:  # fmt: skip
    """Count the likes behind each chosen item, and fill in the ones with the largest parts.

    Args:
        likes: A user's likes, as item_idx.
        indptr: Where each item's neighbours begin in `items` and `weights`.
        items: Neighbours' item_idx.
        weights: Neighbours' weights.
        order: Rank of each item by id, which breaks ties.
        is_listed: Whether an item was chosen; small, because every neighbour looks it up.
        slots: Position of a chosen item in the list.
        because: The likes by position in the list, filled in here.
        parts: Their parts of the score, filled in here.
        supports: Number of likes, filled in here.
    """
    for like in likes:
        for at in range(indptr[like], indptr[like + 1]):
            if is_listed[items[at]]:
                slot = slots[items[at]]
                known = min(supports[slot], BECAUSE_PARTS)
                supports[slot] += 1
                if known < BECAUSE_PARTS or weights[at] >= parts[slot, BECAUSE_PARTS - 1]:
                    insert(parts[slot], because[slot], known, weights[at], like, order)


@compiled
def fill_up(popular: Ints, taken: Bools, best: Ints, fallback: Bools, filled: int) -> None:
    """Fill up a user's list with popular items that are not taken (neither listed nor seen)."""
    for item in popular:
        if filled == len(best):
            return
        if not taken[item]:
            best[filled] = item
            fallback[filled] = True
            filled += 1


@compiled
def fill_unseen(
    popular: Ints, known: Ints, taken: Bools, best: Ints, fallback: Bools, filled: int
) -> None:
    """Fill up a list with popular items that a user has not seen.

    `known` are the items that the user has seen; `taken` is false for all items, and is so again
    afterwards.
    """
    listed = best[:filled]
    taken[known] = True
    taken[listed] = True
    fill_up(popular, taken, best, fallback, filled)
    taken[known] = False
    taken[listed] = False


@compiled
def empty_lists(users: int, k: int) -> tuple[Ints, Doubles, Ints, Ints, Doubles, Bools]:
    """Return the arrays of empty `lists.Lists`."""
    return (
        np.full((users, k), -1, np.int32),
        np.zeros((users, k), np.float64),
        np.zeros((users, k), np.int32),
        np.full((users, k, BECAUSE_PARTS), -1, np.int32),
        np.zeros((users, k, BECAUSE_PARTS), np.float64),
        np.zeros((users, k), np.bool_),
    )


@compiled
def score_users(
    rows: Longs, history: Ints, indptr: Longs, items: Ints, weights: Doubles,
    popular: Ints, order: Ints, aggregate: int, k: int,
) -> tuple[Ints, Doubles, Ints, Ints, Doubles, Bools]:  # fmt: skip
    """Return the k best unseen items of each user, filled up with popular ones.

    Args:
        rows: Where each user's likes, and items of other opinions, begin in `history`.
        history: item_idx of what users have seen, as in `Histories`.
        indptr: Where each item's neighbours begin in `items` and `weights`.
        items: Neighbours' item_idx.
        weights: Neighbours' weights.
        popular: item_idx of allowed items, most popular first: the fallback.
        order: Rank of each item_idx by item id, which breaks ties.
        aggregate: One of AGGREGATES' numbers.
        k: Length of the lists.

    Returns:
        item_idx (users x k, -1 past the end), score, support, the likes with the largest
        parts (users x k x 3, -1 past the end), those parts, and whether the item came from
        `popular`.
    """
    users, n = (len(rows) - 1) // ROWS, len(order)
    best, scores, supports, because, parts, fallback = empty_lists(users, k)
    by_sum = adds(aggregate)
    nothing = 0.0 if by_sum else -np.inf
    sums, touched = np.zeros((n, 2), np.float64), np.empty(n + 1, np.int32)
    sums[:, WEIGHT] = nothing
    slots, is_listed, is_seen = np.empty(n, np.int32), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for user in range(users):
        first = ROWS * user
        mine = history[rows[first] : rows[first + 1]]
        known = history[rows[first] : rows[first + ROWS]]
        is_seen[known] = True
        found = touched[: add_up(mine, indptr, items, weights, by_sum, sums, touched)]
        filled = choose(found, is_seen, sums, nothing, aggregate, scores[user], best[user], order)
        chosen = best[user, :filled]
        slots[chosen] = np.arange(filled)
        is_listed[chosen] = True
        explain(
            mine, indptr, items, weights, order, is_listed, slots, because[user], parts[user],
            supports[user],
        )  # fmt: skip
        is_listed[chosen] = False
        is_seen[chosen] = True
        fill_up(popular, is_seen, best[user], fallback[user], filled)
        is_seen[chosen] = False
        is_seen[known] = False
    return best, scores, supports, because, parts, fallback
