"""Which file of a folder is what, and what its values mean."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from colike.config.files import IdType
from colike.config.section import CONTROLS
from colike.data.guess.forms import NUMBER, Sample, sample_of
from colike.data.guess.roles import Roles, attributes_of, overlap, plain, roles_of
from colike.errors import ConfigError

RATING_FILES = re.compile(r"rating|review|event|interaction|stars|feedback|click|play|purchase")
TAG_FILES = re.compile(r"tag|genome|shelf|shelves|to_?read|wish")
NO_DATA = re.compile(r"[_.]|readme|licen[cs]e|changelog", re.IGNORECASE)
WHOLE_ID = re.compile(r"-?(0|[1-9][0-9]*)(\.0+)?")
SCALES = ((1, 5), (0.5, 5), (0, 5), (1, 7), (1, 10), (0, 10), (0, 1), (0, 100))
#: A mark outside the other ratings stands for "seen, not rated" if it is at least this frequent.
MARK_SHARE = 0.02
LEAST_OVERLAP = 0.3


@dataclass(frozen=True)
class Scale:
    """The bounds of ratings, marks for none, and which ratings are likes and dislikes."""

    lowest: float
    highest: float
    unrated: list[float]
    at_least: float
    detractor_at_most: float


@dataclass(frozen=True)
class Found:
    """A data set as it seems to be; `unsure` are sentences for the user to look at."""

    name: str
    ratings: Sample
    rating_roles: Roles
    items: Sample
    item_id: str
    title: str
    attributes: list[str]
    leaking: list[str]
    texts: Sample | None
    text_id: str | None
    text: str | None
    user_id_type: IdType
    item_id_type: IdType
    scale: Scale | None
    repeats: float
    unsure: list[str] = field(default_factory=list)


def look_at(folder: Path) -> Found:
    """Return the data set in a folder.

    Raises:
        ConfigError: It has no file of ratings, or none of titles; the message tells what it has.
    """
    samples = [sample for path in _inputs(folder) if (sample := sample_of(path, folder))]
    ratings = _ratings(samples, folder)
    roles = roles_of(ratings)
    rated = ratings.columns[str(roles.item)]
    items, item_id = _items([each for each in samples if each is not ratings], rated, roles, folder)
    item_roles = roles_of(items)
    texts, text_id, text = _texts(samples, ratings, items, item_id)
    used = [item_id, item_roles.title, text if texts is items else None]
    attributes, leaking = attributes_of(items, used)
    unsure: list[str] = []
    values = ratings.columns[roles.rating] if roles.rating else []
    scale = None
    if len({value for value in values if value.strip()}) > 1:
        scale = scale_of(values, unsure)
    elif roles.rating:
        unsure.append(f"column {roles.rating} has one value alone: each row is taken for an event")
    found = Found(
        re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._") or "data",
        ratings,
        roles,
        items,
        item_id,
        str(item_roles.title),
        attributes,
        leaking,
        texts,
        text_id,
        text,
        id_type_of(ratings.columns[str(roles.user)]),
        id_type_of([*rated, *items.columns[item_id]]),
        scale,
        _repeats(ratings, roles),
        unsure,
    )
    _doubt(found, samples)
    return found


def id_type_of(values: Sequence[str]) -> IdType:
    """Return `bigint` where all ids are whole numbers as they are usually written.

    >>> id_type_of(["12", "3.0"]), id_type_of(["0425176421"]), id_type_of(["B00X"])
    ('bigint', 'string', 'string')
    """
    filled = (value.strip() for value in values if value.strip())
    return "bigint" if all(WHOLE_ID.fullmatch(value) for value in filled) else "string"


def scale_of(values: Sequence[str], unsure: list[str]) -> Scale:
    """Return the scale of ratings, as the values that there are suggest it."""
    numbers = Counter(float(value) for value in values if NUMBER.fullmatch(value))
    total = sum(numbers.values())
    unrated = []
    for mark in (-1.0, 0.0, 99.0):
        others = [value for value in numbers if value != mark]
        outside = others and (mark < min(others) or mark > max(others) + 1)
        if numbers[mark] >= MARK_SHARE * total and outside and min(others) >= (mark == 0):
            unrated.append(mark)
            total -= numbers.pop(mark)
    lowest, highest = min(numbers), max(numbers)
    fitting = [scale for scale in SCALES if scale[0] <= lowest and highest <= scale[1]]
    low, high = min(fitting, key=lambda s: s[1] - s[0]) if fitting else (lowest, highest)
    if (low, high) == (1, 5) and any(value % 1 for value in numbers):
        low = 0.5
    if unrated:
        listed = ", ".join(f"{mark:g}" for mark in unrated)
        unsure.append(f"ratings of {listed} are taken for marks of `seen, not rated`")
    at_least, at_most = _bounds(low, high)
    likes = sum(count for value, count in numbers.items() if value >= at_least) / total
    unsure.append(
        f"ratings from {at_least:g} on count as likes: {likes:.0%} of the ratings looked at"
    )
    return Scale(low, high, unrated, at_least, at_most)


def _bounds(low: float, high: float) -> tuple[float, float]:
    """Return from which rating on one likes, and up to which one does not."""
    if (low, high) in ((1, 10), (0, 10)):
        return 9, 6
    if high == 5:
        return 4, 2.5 if low == 0.5 else 2
    return low + 0.75 * (high - low), low + 0.4 * (high - low)


def _inputs(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; give the folder that your files are in.")
    # A config cannot name a file with control characters in its name.
    named = [path for path in sorted(folder.iterdir()) if not CONTROLS.search(path.name)]
    visible = [path for path in named if not NO_DATA.match(path.name)]
    return [path for path in visible if path.is_file() or any(path.rglob("*"))]


def _ratings(samples: list[Sample], folder: Path) -> Sample:
    def score(sample: Sample) -> tuple[float, int]:
        roles, name = roles_of(sample), sample.path.name.lower()
        points = 2.0 * (roles.rating is not None) + 0.5 * (roles.time is not None)
        points += bool(RATING_FILES.search(name)) - 2 * bool(TAG_FILES.search(name))
        return points, sample.path.stat().st_size

    able = [each for each in samples if (roles := roles_of(each)).user and roles.item]
    able = [each for each in able if not roles_of(each).title or roles_of(each).rating]
    if not able:
        raise ConfigError(
            f"{folder} has no file with a column of users and one of items; {_listed(samples)}."
        )
    return max(able, key=score)


def _items(
    samples: list[Sample], rated: Sequence[str], roles: Roles, folder: Path
) -> tuple[Sample, str]:
    """Return the file of titles and its column of ids, which has most of the rated ones."""
    known = {_as_id(value) for value in rated}
    best: list[tuple[float, bool, Sample, str]] = []
    for sample in samples:
        mine = roles_of(sample)
        if mine.title is None or mine.user is not None:
            continue
        for name, values in sample.columns.items():
            ids = [_as_id(value) for value in values]
            share = overlap(list(known), ids)
            is_key = len(set(ids)) > 0.9 * len(ids) and name != mine.title
            if share >= LEAST_OVERLAP and is_key:
                is_named = plain(name) == plain(str(roles.item)) or name == mine.item
                best.append((round(share, 1), is_named, sample, name))
    if not best:
        raise ConfigError(
            f"{folder} has no file with the titles of the rated items (column {roles.item}); "
            f"{_listed(samples)}."
        )
    _, _, sample, name = max(best, key=lambda one: one[:2])
    return sample, name


def _texts(
    samples: list[Sample], ratings: Sample, items: Sample, item_id: str
) -> tuple[Sample | None, str | None, str | None]:
    ids = [_as_id(value) for value in items.columns[item_id]]
    for sample in sorted(samples, key=lambda each: each is items):
        text = roles_of(sample).text
        if sample is ratings or text is None or not any(sample.columns[text]):
            continue
        if sample is items:
            return sample, item_id, text
        shares = {
            name: overlap(ids, [_as_id(value) for value in values])
            for name, values in sample.columns.items()
        }
        name = max(shares, key=lambda one: shares[one])
        if shares[name] >= LEAST_OVERLAP:
            return sample, name, text
    return None, None, None


def _as_id(value: str) -> str:
    return re.sub(r"\.0+$", "", value.strip())


def _repeats(ratings: Sample, roles: Roles) -> float:
    """Return the share of rows whose pair of user and item stands further up."""
    pairs = list(
        zip(ratings.columns[str(roles.user)], ratings.columns[str(roles.item)], strict=True)
    )
    return 1 - len(set(pairs)) / max(len(pairs), 1)


def _doubt(found: Found, samples: list[Sample]) -> None:
    """Add what a user should look at."""
    if not found.ratings.form.header:
        found.unsure.append("the rating file has no header: columns were told by their values")
    used = {found.ratings.path, found.items.path, found.texts.path if found.texts else None}
    unused = [each.path.name for each in samples if each.path not in used]
    if unused:
        found.unsure.append(f"not used: {', '.join(unused)}")
    if not found.ratings.is_whole:
        found.unsure.append("only the beginning of the rating file was looked at")
    if found.leaking:
        found.unsure.append(
            "columns that all raters made are kept out of attributes (`leaking`), since test "
            "ratings are among them"
        )


def _listed(samples: Sequence[Sample]) -> str:
    if not samples:
        return "it has no file of rows and columns (archives have to be unpacked)"
    files = "; ".join(
        f"{each.path.name} ({', '.join(list(each.columns)[:8])})" for each in samples[:8]
    )
    return f"it has {files}"
