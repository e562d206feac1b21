"""Facts of a title that are drawn from its tastes: type, dates, studio, source, audience."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from colike.generate.form import UNKNOWN
from colike.generate.lexicon import Lexicon, TasteLexicon

# Shares of the types and sources in the real item table, in per mille.
_TYPES: Final = {"TV": 285, "OVA": 222, "Movie": 173, "Special": 126, "ONA": 109, "Music": 84}
_SOURCES: Final = {
    "Original": 297,
    "Manga": 218,
    UNKNOWN: 203,
    "Visual novel": 57,
    "Game": 50,
    "Light novel": 44,
    "Other": 34,
    "Novel": 29,
    "Music": 18,
    "4-koma manga": 16,
    "Web manga": 14,
    "Picture book": 8,
    "Book": 6,
    "Card game": 4,
}
_AUDIENCES: Final = {
    "PG-13 - Teens 13 or older": 43,
    "G - All Ages": 30,
    "PG - Children": 9,
    "R - 17+ (violence & profanity)": 8,
    "R+ - Mild Nudity": 6,
    UNKNOWN: 4,
}
_DARK: Final = frozenset({"Horror", "Thriller", "Vampire", "Military", "Dementia"})
_SEASONS: Final = ("Winter", "Spring", "Summer", "Fall")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_FIRST_DAY: Final = date(1975, 1, 1)
_DAYS: Final = 46 * 365


@dataclass(frozen=True)
class Credits:
    """The columns of `anime.csv` between the title and the counts, as the file spells them."""

    genres: str
    type: str
    episodes: str
    aired: str
    premiered: str
    producers: str
    licensors: str
    studios: str
    source: str
    duration: str
    rating: str


def make_credits(
    random: Random,
    lexicon: Lexicon,
    tastes: tuple[TasteLexicon, TasteLexicon],
    studio: int,
    age: float,
) -> Credits:
    """Returns the credits of one title.

    Args:
        random: source of the choices.
        lexicon: for firms.
        tastes: words of the title's main and second taste.
        studio: a number that the titles of a franchise share.
        age: 0 for the first title of the list, 1 for the newest.
    """
    genres = _genres(random, tastes)
    kind = _pick(random, _TYPES)
    episodes = _episodes(random, kind)
    begun = _FIRST_DAY + timedelta(days=int(_DAYS * age**0.5 + random.uniform(-200, 200)))
    studios = tastes[0].studios
    return Credits(
        genres=", ".join(genres) if random.random() > 0.004 else UNKNOWN,
        type=kind if random.random() > 0.002 else UNKNOWN,
        episodes=str(episodes) if random.random() > 0.03 else UNKNOWN,
        aired=_aired(random, begun, episodes),
        premiered=f"{_SEASONS[(begun.month - 1) // 3]} {begun.year}" if kind == "TV" else UNKNOWN,
        producers=_firms(random, lexicon, 0.56, 3),
        licensors=_firms(random, lexicon, 0.23, 2),
        studios=studios[studio % len(studios)] if random.random() < 0.6 else UNKNOWN,
        source=_pick(random, _SOURCES),
        duration=_duration(random, kind, episodes),
        rating=_audience(random, genres),
    )


def _pick(random: Random, weights: dict[str, int]) -> str:
    return random.choices(tuple(weights), weights=tuple(weights.values()))[0]


def _genres(random: Random, tastes: tuple[TasteLexicon, TasteLexicon]) -> list[str]:
    """Returns one to five genres in the order drawn; the tastes' own ones are likely."""
    main, second = tastes
    chances = [(genre, 0.65) for genre in main.group_genres]
    chances += [(genre, 0.6) for genre in main.words.genres]
    chances += [(genre, 0.25) for genre in second.words.genres]
    chances += [(genre, 0.05) for genre in ("Comedy", "Action", "Drama", "Fantasy", "Kids")]
    drawn = [genre for genre, chance in chances if random.random() < chance]
    return list(dict.fromkeys(drawn))[:5] or [main.group_genres[0]]


def _episodes(random: Random, kind: str) -> int:
    if kind == "TV":
        return random.choice((12, 12, 12, 13, 13, 24, 25, 26, 26, 39, 50, 52))
    if kind in {"Movie", "Music"}:
        return 1
    return random.choice((1, 1, 1, 1, 2, 2, 3, 4, 6, 12))


def _duration(random: Random, kind: str, episodes: int) -> str:
    if random.random() < 0.03:
        return UNKNOWN
    if kind == "Movie":
        hours, minutes = divmod(random.randint(40, 130), 60)
        return f"{hours} hr. {minutes} min." if hours else f"{minutes} min."
    minutes = random.randint(2, 5) if kind in {"Music", "ONA"} else random.randint(20, 30)
    return f"{minutes} min. per ep." if episodes > 1 else f"{minutes} min."


def _aired(random: Random, begun: date, episodes: int) -> str:
    chance = random.random()
    if chance < 0.02:
        return UNKNOWN
    if chance < 0.08:
        return str(begun.year)
    if episodes == 1:
        return _day(begun)
    return f"{_day(begun)} to {_day(begun + timedelta(weeks=episodes - 1))}"


def _day(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _firms(random: Random, lexicon: Lexicon, share_known: float, most: int) -> str:
    if random.random() >= share_known:
        return UNKNOWN
    return ", ".join(random.sample(lexicon.firms, random.randint(1, most)))


def _audience(random: Random, genres: list[str]) -> str:
    if _DARK.intersection(genres) and random.random() < 0.5:
        return "R - 17+ (violence & profanity)"
    if "Kids" in genres and random.random() < 0.8:
        return "G - All Ages"
    return _pick(random, _AUDIENCES)
