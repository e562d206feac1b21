"""The users of one chunk: their tastes, what they rate and how much they like it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from colike.compute.arrays import Floats, Ints, Longs
from colike.generate import kernel
from colike.generate.world import World, second_tastes

# Standard deviations of the parts of a liking, fitted to user means (0.97 of 1.6 rating points),
# title means (0.74 for titles with 50 ratings) and the spread within a user (1.35).
_OF_USER: Final = 0.45
_OF_QUALITY: Final = 0.52
_OF_NOISE: Final = 0.58
# Liking of a user's main taste, and the spread over the tastes that are not the user's.
_MAIN_TASTE: Final = 1.3
_OF_OTHER_TASTES: Final = 0.35
# People who rate more rate lower (correlation -0.42 in the real data).
_PER_LOG_RATING: Final = -0.1
_TASTE_SHAPES: Final = (2.5, 0.9, 0.5, 0.2)


@dataclass(frozen=True)
class Drawn:
    """The ratings of a chunk before they are cut to 1..10, users' rows together, items sorted."""

    first_user: int
    counts: Longs
    items: Ints
    liking: Floats


@dataclass(frozen=True)
class _Tastes:
    wants: kernel.Wants
    scores: Floats


def draw_chunk(
    world: World, source: np.random.SeedSequence, first_user: int, counts: Longs
) -> Drawn:
    """Returns what the users first_user, first_user + 1, ... rate: counts[u] items each."""
    rng = np.random.default_rng(source)
    tastes = _tastes(rng, world, len(counts))
    states = rng.integers(0, 2**64, size=len(counts), dtype=np.uint64)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items = np.empty(first[-1], dtype=np.int32)
    kernel.draw(states, first, tastes.wants, world.latent, items)
    liking = kernel.taste_liking(states, first, items, tastes.scores, world.latent)
    liking += _own_part(rng, world, counts, items)
    return Drawn(first_user, counts, items, liking)


def _own_part(rng: np.random.Generator, world: World, counts: Longs, items: Ints) -> Floats:
    """Returns the liking by the user's level, the title's quality and noise, float32[ratings]."""
    level = rng.normal(0.0, _OF_USER, len(counts)) + _PER_LOG_RATING * np.log(counts)
    part = rng.standard_normal(len(items), dtype=np.float32) * np.float32(_OF_NOISE)
    part += np.repeat(level.astype(np.float32), counts)
    part += (_OF_QUALITY * world.quality).astype(np.float32)[items]
    return part


def _tastes(rng: np.random.Generator, world: World, users: int) -> _Tastes:
    """Returns four tastes per user and, as a fifth slot, the table of all items."""
    count = len(world.taste_sizes)
    main = rng.choice(count, size=users, p=world.taste_sizes).astype(np.int32)
    others = second_tastes(rng, np.repeat(main[:, None], 3, axis=1), world.taste_sizes)
    own = np.concatenate([main[:, None], others], axis=1)
    parts = rng.standard_gamma(_TASTE_SHAPES, size=(users, len(_TASTE_SHAPES))) + 1e-6
    parts /= parts.sum(axis=1, keepdims=True)
    everything = rng.beta(1.5, 6.0, size=(users, 1))
    scores = rng.normal(0.0, _OF_OTHER_TASTES, size=(users, count)).astype(np.float32)
    loved = (_MAIN_TASTE * parts / parts.max(axis=1, keepdims=True)).astype(np.float32)
    np.maximum.at(scores, (np.arange(users)[:, None], own), loved)
    slots = np.concatenate([own, np.full((users, 1), count, dtype=np.int32)], axis=1)
    shares = np.concatenate([parts * (1 - everything), everything], axis=1)
    return _Tastes(kernel.Wants(slots, shares), scores)
