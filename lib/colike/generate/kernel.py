"""The compiled inner loop: which items each user rates, and how much each is liked.

Random bits come from splitmix64 (Steele, Lea, Flood 2014) on a state per user, so that the draw
of a user depends on nothing but that user's state.
"""

from typing import Final, NamedTuple, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.generate.world import Latent, Tables

P = ParamSpec("P")
R = TypeVar("R")
States = npt.NDArray[np.uint64]


class Wants(NamedTuple):
    """Which tables a user draws from: rows of one user, or one row per user.

    Attributes:
        tables: int32[(users,) slots].
        shares: float64[(users,) slots], probabilities.
    """

    tables: Ints
    shares: Doubles


# Attempts per wanted item before the exact race over all items takes over.
_PATIENCE: Final = 3
# How often the next title is a relative of one already rated.
_FOLLOW: Final = 0.18
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_A: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B: Final = np.uint64(0x94D049BB133111EB)


@compiled
def _mixed(bits: np.uint64) -> np.uint64:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_A
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_B
    return bits ^ (bits >> np.uint64(31))


@compiled
def _uniform(state: States) -> float:
    """Returns the next uniform in [0, 1) with 53 bits, and moves the state."""
    state[0] += _GOLDEN
    return float(_mixed(state[0]) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def _pair_normal(key: np.uint64, number: int) -> float:
    """Returns about a standard normal that belongs to (key, number), always the same one."""
    state = np.array([key ^ (np.uint64(number + 1) * _MIX_B)], dtype=np.uint64)
    total = 0.0
    for _ in range(4):
        total += _uniform(state)
    return (total - 2.0) * 1.7320508075688772


@compiled
def _from_table(at: float, low: int, high: int, cumulated: Doubles) -> int:
    """Returns the first row in low..high-1 whose cumulated weight exceeds `at`."""
    high -= 1
    while low < high:
        middle = (low + high) // 2
        if cumulated[middle] > at:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def _drawn(state: States, tastes: Ints, shares: Doubles, tables: Tables) -> int:
    """Returns one item: a taste of the user by its share, then an item of that taste's table."""
    at = _uniform(state)
    slot = 0
    while slot < len(shares) - 1 and at >= shares[slot]:
        at -= shares[slot]
        slot += 1
    table = tastes[slot]
    weight = _uniform(state) * tables.total[table]
    row = _from_table(weight, tables.start[table], tables.start[table + 1], tables.cumulated)
    return int(tables.items[row])


@compiled
def _relative(state: States, source: int, latent: Latent) -> int:
    """Returns a title of the source's franchise, or the source: lesser known ones are skipped."""
    franchise = latent.franchises.of_item[source]
    first = latent.franchises.start[franchise]
    parts = latent.franchises.start[franchise + 1] - first
    found = latent.franchises.members[first + int(_uniform(state) * parts)]
    if _uniform(state) * latent.weight[source] < 3.0 * latent.weight[found]:
        return int(found)
    return source


@compiled
def _attempts(state: States, seen: Bools, wants: Wants, latent: Latent, out: Ints) -> int:
    """Fills out with items not seen before and returns how many it found within its patience."""
    filled = 0
    for _ in range(_PATIENCE * len(out) + 32):
        if filled == len(out):
            break
        if filled > 0 and _uniform(state) < _FOLLOW:
            item = _relative(state, out[int(_uniform(state) * filled)], latent)
        else:
            item = _drawn(state, wants.tables, wants.shares, latent.tables)
        if not seen[item]:
            seen[item] = True
            out[filled] = item
            filled += 1
    return filled


@compiled
def _race(state: States, seen: Bools, wants: Wants, latent: Latent, out: Ints) -> None:
    """Fills out with unseen items drawn without repeats, by the smallest exponential arrival.

    The arrivals (Efraimidis, Spirakis 2006) have the distribution of drawing one after another
    with rejection, at a cost that does not depend on how little is left.
    """
    interest = np.zeros(len(latent.tables.total))
    for slot in range(len(wants.tables)):
        table = wants.tables[slot]
        interest[table] += wants.shares[slot] / latent.tables.total[table]
    arrival = np.full(len(seen), np.inf)
    for item in range(len(seen)):
        if not seen[item] and latent.weight[item] > 0.0:
            rate = interest[-1]
            for slot in range(latent.tastes.shape[1]):
                rate += interest[latent.tastes[item, slot]] * latent.blend[item, slot]
            arrival[item] = -np.log(1.0 - _uniform(state)) / (rate * latent.weight[item])
    limit = np.partition(arrival, len(out) - 1)[len(out) - 1]
    filled = 0
    for item in range(len(seen)):
        if arrival[item] <= limit and filled < len(out):
            out[filled] = item
            seen[item] = True
            filled += 1


@compiled
def draw(states: States, first: Longs, wants: Wants, latent: Latent, out: Ints) -> None:
    """Writes the items of user u, sorted and without repeats, to `out[first[u] : first[u + 1]]`."""
    seen = np.zeros(len(latent.weight), dtype=np.bool_)
    for user in range(len(states)):
        state = states[user : user + 1].copy()
        mine = out[first[user] : first[user + 1]]
        own = Wants(wants.tables[user], wants.shares[user])
        filled = _attempts(state, seen, own, latent, mine)
        if filled < len(mine):
            _race(state, seen, own, latent, mine[filled:])
        for item in mine:
            seen[item] = False
        mine.sort()


@compiled
def taste_liking(
    states: States, first: Longs, items: Ints, scores: Floats, latent: Latent
) -> Floats:
    """Returns what tastes and franchises make of each rated item, float32[ratings].

    `scores` (float32[users, tastes]) says how a user likes a taste; a franchise that somebody
    likes is liked in all its parts, by a normal of standard deviation 0.3.
    """
    out = np.empty(len(items), dtype=np.float32)
    for user in range(len(states)):
        for row in range(first[user], first[user + 1]):
            item = items[row]
            value = 0.3 * _pair_normal(states[user], latent.franchises.of_item[item])
            for slot in range(latent.tastes.shape[1]):
                value += scores[user, latent.tastes[item, slot]] * latent.blend[item, slot]
            out[row] = value
    return out


@compiled
def tally(histogram: Longs, items: Ints, ratings: npt.NDArray[np.uint8]) -> None:
    """Adds the ratings to `histogram` (int64[items, 10]), column r - 1 for rating r."""
    for row in range(len(items)):
        histogram[items[row], ratings[row] - 1] += 1
