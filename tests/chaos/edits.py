"""States of a tiny data set, each made of another one by one edit, as a tree to walk in."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from colike.generate import generate
from colike.generate.form import ITEMS_FILE, RATINGS_FILE, SYNOPSES_FILE

#: Enough users that an edit changes few of all likes, and kept counts serve.
USERS, ITEMS, RATINGS = 80, 25, 800
#: Settings that decide what of the ratings counts, and how much of it is kept.
THRESHOLDS = (
    "likes.at_least=8",
    "likes.detractor_at_most=5",
    "similarity.min_colikes=2",
    "similarity.min_jaccard=0.05",
    "split.test_share=0.2",
    "split.validation_share=0.2",
    "neighbours.k=60",
    "recommend.k=12",
    "recommend.neighbours_per_item.jaccard=3",
    "recommend.sources=[popularity,jaccard,ease]",
)


@dataclass(frozen=True)
class State:
    """What a run is given: (user, item, rating) in the order of the file, items, and settings."""

    ratings: tuple[tuple[str, str, str], ...]
    items: tuple[str, ...]
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A state made of the one before; by name, for whoever reads of a walk that failed."""

    name: str
    make: Callable[[State, Random], State]


def first_state(folder: Path, seed: int) -> State:
    """Return the state of generated files, which are written to a folder."""
    generate(users=USERS, items=ITEMS, ratings=RATINGS, seed=seed, out=folder)
    ratings = [(user, item, rating) for user, item, rating in _rows(folder / RATINGS_FILE)[1:]]
    return State(tuple(ratings), tuple(row[0] for row in _rows(folder / ITEMS_FILE)[1:]))


def write(state: State, generated: Path, folder: Path) -> Path:
    """Write the files of a state, of which items and texts are those of the generated ones."""
    folder.mkdir()
    for name in (ITEMS_FILE, SYNOPSES_FILE):
        header, *rows = _rows(generated / name)
        _write(folder / name, [header, *(row for row in rows if row[0] in state.items)])
    header = _rows(generated / RATINGS_FILE)[0]
    _write(folder / RATINGS_FILE, [header, *state.ratings])
    return folder


def _appended(state: State, random: Random) -> State:
    """A new user comes, and some who are known rate more."""
    users = [str(10_000 + random.randrange(10_000)), *random.sample(_users(state), 2)]
    rated = {(user, item) for user, item, _ in state.ratings}
    more = [
        (user, item, str(random.randint(5, 10)))
        for user in users
        for item in random.sample(state.items, 6)
        if (user, item) not in rated
    ]
    return replace(state, ratings=(*state.ratings, *more))


def _changed(state: State, random: Random) -> State:
    """Some ratings are other ones, and all rows come in another order."""
    chosen = set(random.sample(range(len(state.ratings)), 6))
    rows = [
        (user, item, str(random.randint(1, 10)) if place in chosen else rating)
        for place, (user, item, rating) in enumerate(state.ratings)
    ]
    random.shuffle(rows)
    return replace(state, ratings=tuple(rows))


def _withdrawn(state: State, random: Random) -> State:
    """A user goes with all ratings, and some ratings of others go."""
    gone, chosen = random.choice(_users(state)), set(random.sample(state.ratings, 4))
    kept = [row for row in state.ratings if row[0] != gone and row not in chosen]
    return replace(state, ratings=tuple(kept))


def _without_items(state: State, random: Random) -> State:
    """Some items are removed, with their ratings."""
    gone = set(random.sample(state.items, 3))
    return replace(
        state,
        ratings=tuple(row for row in state.ratings if row[1] not in gone),
        items=tuple(item for item in state.items if item not in gone),
    )


def _other_thresholds(state: State, random: Random) -> State:
    unused = sorted(set(THRESHOLDS) - set(state.settings))
    return replace(state, settings=(*state.settings, *random.sample(unused, 3)))


EDITS = (
    Edit("ratings appended", _appended),
    Edit("ratings changed", _changed),
    Edit("ratings withdrawn", _withdrawn),
    Edit("items removed", _without_items),
    Edit("other thresholds", _other_thresholds),
)


def _users(state: State) -> list[str]:
    return sorted({user for user, _, _ in state.ratings})


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str] | tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
