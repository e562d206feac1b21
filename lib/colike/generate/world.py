"""The latent world: what each item is like, and tables to draw items from."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from colike.compute.arrays import Doubles, Ints, Longs
from colike.generate.shape import SHARE_WITHOUT_RATINGS, popularity
from colike.generate.tastes import TASTES
from colike.generate.vocabulary import GROUPS

ITEMS_PER_TASTE: Final = 25
# Franchise sizes 1 to 9; about half of the items have relatives.
_FRANCHISE_SIZES: Final = (0.66, 0.14, 0.08, 0.05, 0.03, 0.015, 0.012, 0.008, 0.005)
# Parts of the variance that the titles of a franchise share.
_SHARED_POPULARITY: Final = 0.6
_SHARED_QUALITY: Final = 0.5
# Titles that many know are better: ratings and log-popularity correlate by 0.38 in the real data.
_QUALITY_WITH_POPULARITY: Final = 0.7


class Franchises(NamedTuple):
    """Which titles belong together.

    Attributes:
        of_item: int32[items], franchise of each item.
        start: int32[franchises + 1], first place in `members` of each franchise.
        members: int32[items], items by franchise and part.
        part: int32[items], place of the item in its franchise, from 0.
    """

    of_item: Ints
    start: Ints
    members: Ints
    part: Ints


class Tables(NamedTuple):
    """Items to draw from by weight: one table per taste, and a last one of all items.

    Attributes:
        start: int64[tastes + 2], first row of each table.
        items: int32[rows].
        cumulated: float64[rows], weights summed up within the table.
        total: float64[tastes + 1], sum of the weights.
    """

    start: Longs
    items: Ints
    cumulated: Doubles
    total: Doubles


class Latent(NamedTuple):
    """What decides who rates and likes an item; a tuple, so that compiled code can read it.

    Attributes:
        tastes: int32[items, 2], main and second taste.
        blend: float64[items, 2], their parts, summing to 1.
        weight: float64[items], popularity; 0 for titles that nobody can have seen.
        franchises: which titles are sequels of each other.
        tables: what users draw items from.
    """

    tastes: Ints
    blend: Doubles
    weight: Doubles
    franchises: Franchises
    tables: Tables


@dataclass(frozen=True)
class World:
    """All items and the sizes of the tastes.

    Attributes:
        mal_id: int64[items], increasing with gaps, as in the real file.
        quality: float64[items], standard normal.
        taste_sizes: float64[tastes], parts of users and items, summing to 1.
        latent: tastes, popularity and relatives of the items.
    """

    mal_id: Longs
    quality: Doubles
    taste_sizes: Doubles
    latent: Latent

    @property
    def items(self) -> int:
        """Number of items."""
        return len(self.mal_id)


def make_world(rng: np.random.Generator, items: int) -> World:
    """Returns the latent world of `items` items, drawn from rng."""
    sizes = _taste_sizes(rng, items)
    franchises = _franchises(rng, items)
    tastes, blend = _item_tastes(rng, franchises, sizes)
    fame = _shared_normal(rng, franchises, _SHARED_POPULARITY)
    own = _shared_normal(rng, franchises, _SHARED_QUALITY)
    quality = _QUALITY_WITH_POPULARITY * fame + np.sqrt(1 - _QUALITY_WITH_POPULARITY**2) * own
    weight = popularity(fame)
    weight[_not_yet_seen(rng, items)] = 0.0
    return World(
        mal_id=np.cumsum(rng.geometric(17_562 / 48_492, items)).astype(np.int64),
        quality=quality,
        taste_sizes=sizes,
        latent=Latent(
            tastes, blend, weight, franchises, _tables(tastes, blend, weight, len(sizes))
        ),
    )


def second_tastes(rng: np.random.Generator, main: Ints, sizes: Doubles) -> Ints:
    """Returns another taste per main taste: of the same group half of the time."""
    anywhere = rng.choice(len(sizes), size=main.shape, p=sizes)
    steps = rng.integers(1, len(TASTES) // len(GROUPS), size=main.shape)
    near = (main + steps * len(GROUPS)) % len(TASTES)
    use_near = (rng.random(main.shape) < 0.5) & (near < len(sizes))
    return np.where(use_near, near, anywhere).astype(np.int32)


def _taste_sizes(rng: np.random.Generator, items: int) -> Doubles:
    tastes = int(np.clip(items // ITEMS_PER_TASTE, 1, len(TASTES)))
    return rng.dirichlet(np.full(tastes, 8.0))


def _franchises(rng: np.random.Generator, items: int) -> Franchises:
    sizes = rng.choice(np.arange(1, 10), size=items, p=_FRANCHISE_SIZES)
    of_slot = np.repeat(np.arange(items), sizes)[:items]
    of_item = rng.permutation(of_slot).astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(of_item))]).astype(np.int32)
    members = np.argsort(of_item, kind="stable").astype(np.int32)
    part = np.empty(items, dtype=np.int32)
    part[members] = np.arange(items) - start[of_item[members]]
    return Franchises(of_item, start, members, part)


def _shared_normal(rng: np.random.Generator, franchises: Franchises, shared: float) -> Doubles:
    """Returns a standard normal per item, correlated by `shared` within a franchise."""
    common = rng.standard_normal(len(franchises.start) - 1)[franchises.of_item]
    own = rng.standard_normal(len(franchises.of_item))
    return np.asarray(np.sqrt(shared) * common + np.sqrt(1 - shared) * own)


def _item_tastes(
    rng: np.random.Generator, franchises: Franchises, sizes: Doubles
) -> tuple[Ints, Doubles]:
    """Returns the two tastes of each item and their parts; a franchise shares the main one."""
    of_franchise = rng.choice(len(sizes), size=len(franchises.start) - 1, p=sizes)
    main = of_franchise[franchises.of_item].astype(np.int32)
    tastes = np.stack([main, second_tastes(rng, main, sizes)], axis=1)
    most = rng.uniform(0.65, 0.95, len(main))
    return tastes, np.stack([most, 1 - most], axis=1)


def _not_yet_seen(rng: np.random.Generator, items: int) -> Longs:
    """Returns the items without ratings: some of the newest tenth."""
    count = int(items * SHARE_WITHOUT_RATINGS)
    newest = np.arange(items - max(count, items // 10), items)
    return rng.choice(newest, size=count, replace=False)


def _tables(tastes: Ints, blend: Doubles, weight: Doubles, count: int) -> Tables:
    every = np.arange(len(weight))
    members, weights = [], []
    for taste in range(count):
        part = np.where(tastes == taste, blend, 0.0).sum(axis=1) * weight
        rows = np.flatnonzero(part)
        # A taste whose items are all unseen falls back to all items.
        members.append(rows if len(rows) else every)
        weights.append(part[rows] if len(rows) else weight)
    members.append(every)
    weights.append(weight)
    return Tables(
        start=np.concatenate([[0], np.cumsum([len(rows) for rows in members])]).astype(np.int64),
        items=np.concatenate(members).astype(np.int32),
        cumulated=np.concatenate([np.cumsum(part) for part in weights]),
        total=np.array([part.sum() for part in weights]),
    )
