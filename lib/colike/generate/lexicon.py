"""Names of creators, studios and firms: made of halves, so no pre-trained model knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from colike.generate.tastes import TASTES, TasteWords, phrases
from colike.generate.vocabulary import GROUPS, PEOPLE

# Halves of invented names of towns, people and firms.
_FIRST_HALVES: Final = phrases(
    "Alder, Ash, Barrow, Birch, Black, Bram, Brier, Cal, Carl, Clay, Cole, Crom, Dal, Dun, East, "
    "Elder, Ember, Fair, Fal, Fen, Frost, Gar, Glen, Gold, Grey, Had, Hale, Hart, Haver, Hazel, "
    "Hol, Ivy, Kel, King, Kirk, Lang, Lin, Lock, Lor, Mal, March, Mel, Mid, Mill, Nether, Nor, "
    "Oak, Or, Pem, Penn, Quill, Raven, Red, Ren, Rock, Ros, Rowan, Sel, Shel, Silver, Stan, "
    "Stone, Sud, Sum, Tarn, Thorn, Tor, Ul, Ver, Wake, War, Wels, West, Whit, Wil, Win, Wolf, Yar"
)
_SECOND_HALVES: Final = phrases(
    "beck, borough, bourne, bridge, brook, bury, by, combe, cote, croft, dale, den, don, field, "
    "ford, gate, grove, ham, hurst, lake, land, leigh, ley, low, mere, mont, moor, more, ness, "
    "ridge, shaw, stead, stoke, stone, thorpe, ton, vale, view, ville, water, well, wick, wood, "
    "worth"
)
_KATAKANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンー"
)
_HOUSES: Final = ("{}", "{}", "{} Works", "{} Animation", "{} Pictures", "{} Film")
_CREATORS: Final = tuple(f"{name} {{}}" for name in PEOPLE)
_FIRMS: Final = ("{} Media", "{} Music", "{} Television", "{} Publishing", "{} Entertainment")
CREATORS_PER_TASTE: Final = 12


@dataclass(frozen=True)
class TasteLexicon:
    """The words that synopses, titles and credits of one taste are written with.

    Attributes:
        words: genres, people, things and aims of the taste.
        group_genres, group_words: what it shares with the other tastes of its group.
        creators: names of writers and directors who work for this taste alone.
        studios: names of studios that work for this taste alone.
    """

    words: TasteWords
    group_genres: tuple[str, ...]
    group_words: tuple[str, ...]
    creators: tuple[str, ...]
    studios: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """All words of one generated world."""

    tastes: tuple[TasteLexicon, ...]
    firms: tuple[str, ...]


def compound(random: Random) -> str:
    """Returns an invented name, as of a town or a family: `Ashbrook`."""
    return random.choice(_FIRST_HALVES) + random.choice(_SECOND_HALVES)


def katakana(random: Random) -> str:
    """Returns three to eight katakana, the script that titles are transcribed to."""
    return "".join(random.choices(_KATAKANA, k=random.randint(3, 8)))


def _named(random: Random, taken: set[str], forms: Sequence[str], count: int) -> tuple[str, ...]:
    """Returns `count` invented names in one of the forms each, none of them taken before."""
    names: list[str] = []
    while len(names) < count:
        word = compound(random)
        if word not in taken:
            taken.add(word)
            names.append(random.choice(forms).format(word))
    return tuple(names)


def make_lexicon(random: Random, tastes: int, items: int) -> Lexicon:
    """Returns the words of `tastes` tastes; more items get more studios and firms."""
    taken: set[str] = set()
    studios = min(20, max(2, items // (25 * tastes)))
    made = []
    for number in range(tastes):
        group = GROUPS[number % len(GROUPS)]
        made.append(
            TasteLexicon(
                words=TASTES[number],
                group_genres=group.genres,
                group_words=group.words,
                creators=_named(random, taken, _CREATORS, CREATORS_PER_TASTE),
                studios=_named(random, taken, _HOUSES, studios),
            )
        )
    firms = _named(random, taken, _FIRMS, min(300, max(8, items // 50)))
    return Lexicon(tuple(made), firms)
