"""What the columns of a file seem to be, by their names and values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from colike.config.yaml import parse
from colike.data.guess.forms import NUMBER, Sample

#: Parts of names of what all raters made, test ratings included.
LEAKING = re.compile(
    r"(avg|average|mean|rating|ratings|score|scored|votes?|count|popular|rank|members|favou?rites|"
    r"watching|completed|onhold|dropped|plantowatch|reviews?|helpful|sales|views|likes)"
)
#: And of what says nothing of an item.
EMPTY = re.compile(r"(url|image|img|link|poster|thumbnail|isbn|asin|path|href|also|html)")
MOST_ATTRIBUTES = 12
#: What people call their columns, by role.
NAMES = "init/column_names.yml"


@dataclass(frozen=True)
class Roles:
    """The columns of a file that have a role; None where it has no such column."""

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    time: str | None = None
    title: str | None = None
    text: str | None = None


def plain(name: str) -> str:
    """Return a name as it is compared.

    >>> plain("User-ID"), plain("anime_id")
    ('userid', 'animeid')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def roles_of(sample: Sample) -> Roles:
    """Return the roles of a file's columns: by names, or by values where it has none."""
    return _by_name(list(sample.columns)) if sample.form.header else _by_value(sample)


def attributes_of(sample: Sample, used: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """Return columns that say what an item is, and those that raters made."""
    attributes, leaking = [], []
    for name, values in sample.columns.items():
        word = plain(name)
        if name in used:
            continue
        if sample.form.header and LEAKING.search(word):
            leaking.append(name)
        elif not EMPTY.search(word) and _tells(values):
            attributes.append(name)
    return attributes[:MOST_ATTRIBUTES], leaking


def _by_name(names: list[str]) -> Roles:
    free = {plain(name): name for name in reversed(names)}

    def take(words: Sequence[str]) -> str | None:
        found = next((word for word in words if word in free), None)
        return None if found is None else free.pop(found)

    return Roles(**{role: take(words) for role, words in _words_of_roles().items()})


@cache
def _words_of_roles() -> dict[str, list[str]]:
    text = resources.files("colike.conf").joinpath(NAMES).read_text("utf-8")
    words: dict[str, list[str]] = parse(text)
    return words


def _by_value(sample: Sample) -> Roles:
    """Without names: first ids, a rating of few values, times are large, titles are words."""
    columns = sample.columns
    words = {name: _words(values) for name, values in columns.items()}
    title = max(words, key=lambda name: words[name])
    if words[title] > 1 / 2:
        return Roles(item=next(name for name in columns if name != title), title=title)
    time = next((name for name, values in columns.items() if _are_times(values)), None)
    rest = [name for name in columns if name != time]
    few = [name for name in rest[2:] if _are_ratings(columns[name])]
    return Roles(user=rest[0], item=rest[1], rating=few[0] if few else None, time=time)


def _words(values: Sequence[str]) -> float:
    """Return the share of values that are words: long ones, few of them twice."""
    worded = sum(1 for value in values if len(value) > 4 and not NUMBER.fullmatch(value))
    return worded / max(len(values), 1) * len(set(values)) / max(len(values), 1)


def _are_times(values: Sequence[str]) -> bool:
    numbers = [float(value) for value in values[:1000] if NUMBER.fullmatch(value)]
    return bool(numbers) and len(numbers) == len(values[:1000]) and min(numbers) > 1e8


def _are_ratings(values: Sequence[str]) -> bool:
    return len(set(values)) <= 101 and all(
        NUMBER.fullmatch(value) for value in set(values) if value
    )


def _tells(values: Sequence[str]) -> bool:
    """Return whether a column is neither empty, nor equal everywhere, nor a number of its own."""
    filled = [value for value in values if value.strip()]
    if len(filled) < len(values) / 10:
        return False
    different = len(set(filled))
    is_number = all(NUMBER.fullmatch(value) for value in filled[:1000])
    return different > 1 and not (is_number and different > len(filled) / 2)


def overlap(some: Sequence[str], others: Sequence[str]) -> float:
    """Return the share of values of the first column that are in the second."""
    known = set(others)
    return sum(value in known for value in set(some)) / max(len(set(some)), 1)
