"""From five arguments to three files."""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

from colike.errors import ConfigError
from colike.generate.audience import make_audience
from colike.generate.catalogue import write_catalogue
from colike.generate.form import RATINGS_FILE
from colike.generate.ratings import Rated, RatingsWriter
from colike.generate.shape import activity
from colike.generate.summary import GeneratedSummary
from colike.generate.world import World, make_world

# Streams of the seed; the chunks of the ratings have spawn keys of two numbers.
_WORLD: Final = 0
_AUDIENCE: Final = 2
_TEXTS: Final = 3
_MOST_WORKERS: Final = 4


def generate(
    users: int,
    items: int,
    ratings: int,
    seed: int,
    out: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> GeneratedSummary:
    """Writes a data set in MAL 2020's form into `out` and returns what it holds.

    Users and titles come from latent tastes; activity, popularity and rating values follow the
    real data, and titles, genres and synopses are written from the same tastes. The files have
    the same bytes for the same arguments on any number of processor cores.

    Args:
        users: users, each with at least one rating.
        items: rows of `anime.csv`.
        ratings: rows of `rating_complete.csv`, exactly.
        seed: 0 or more.
        out: folder, made if missing; files of the same names are overwritten.
        on_progress: called with (ratings written, ratings) as the work proceeds.

    Raises:
        ConfigError: no such data set exists, e.g. fewer ratings than users.
    """
    _check(users, items, ratings, seed)
    out.mkdir(parents=True, exist_ok=True)
    rng = _stream(seed, _WORLD)
    world = make_world(rng, items)
    writer = RatingsWriter(world, seed, activity(rng, users, items, ratings), _workers())
    rated = writer.write(out / RATINGS_FILE, on_progress)
    audience = make_audience(_stream(seed, _AUDIENCE), rated.histogram)
    texts = Random(int(_stream(seed, _TEXTS).integers(2**63)))
    synopses = write_catalogue(texts, world, audience, out)
    return _summary(out, world, rated, synopses)


def _stream(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))


def _workers() -> int:
    # Linux tells which cores this process may use; macOS only how many there are.
    may = getattr(os, "sched_getaffinity", None)
    cores = len(may(0)) if may else os.cpu_count() or 1
    return max(1, min(_MOST_WORKERS, cores))


def _check(users: int, items: int, ratings: int, seed: int) -> None:
    if users < 1 or items < 1 or seed < 0:
        raise ConfigError(
            f"generate: users={users}, items={items}, seed={seed} describe no data set; "
            "give at least 1 user and 1 item, and a seed of 0 or more"
        )
    if ratings < users:
        raise ConfigError(
            f"generate: ratings={ratings} are too few for users={users}, each has at least one; "
            f"give ratings >= {users}, or fewer users"
        )
    if 2 * ratings > users * items:
        raise ConfigError(
            f"generate: ratings={ratings} are more than half of the pairs of users={users} and "
            f"items={items}; give ratings <= {users * items // 2}, or more users or items"
        )


def _summary(out: Path, world: World, rated: Rated, synopses: int) -> GeneratedSummary:
    ratings, likes = int(rated.histogram.sum()), int(rated.likes.sum())
    increments = np.sort(rated.likes * (rated.likes - 1) // 2)[::-1]
    total = int(increments.sum())
    top = int(increments[: max(1, len(increments) // 100)].sum())
    return GeneratedSummary(
        out=out,
        users=len(rated.likes),
        items=world.items,
        rated_items=int((rated.histogram.sum(axis=1) > 0).sum()),
        synopses=synopses,
        ratings=ratings,
        likes=likes,
        share_of_likes=likes / ratings,
        likes_per_user=likes / len(rated.likes),
        colike_increments=total,
        top_share_of_increments=top / total if total else 0.0,
        tastes=len(world.taste_sizes),
    )
