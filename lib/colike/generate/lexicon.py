"""Invented words: names no pre-trained model knows, drawn from the seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from colike.generate.vocabulary import GROUPS, TASTES

_ONSETS: Final = (*"bdfgklmnprstvz", "br", "dr", "gr", "kr", "st", "th", "tr", "zh")
_VOWELS: Final = (*"aeiouaeiou", "ae", "ei")
_CODAS: Final = (*[""] * 8, *"lnrsx")
_KATAKANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンー"
)
_ORDERS: Final = ("{}", "{}", "{}", "{} Order", "{} League", "{} Circle", "House {}")
_HOUSES: Final = ("Studio {}", "{} Works", "{} Animation", "{} Pictures", "{}", "Atelier {}")
_FIRMS: Final = ("{} Media", "{} Music", "{} Television", "{} Publishing", "{} Entertainment")
INVENTED_PER_TASTE: Final = 12


@dataclass(frozen=True)
class TasteLexicon:
    """The words that synopses, titles and credits of one taste are written with."""

    genres: tuple[str, ...]
    group_genres: tuple[str, ...]
    words: tuple[str, ...]
    group_words: tuple[str, ...]
    invented: tuple[str, ...]
    studios: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """All words of one generated world."""

    tastes: tuple[TasteLexicon, ...]
    firms: tuple[str, ...]


def coin(random: Random, syllables: int) -> str:
    """Returns a capitalised invented word of so many syllables."""
    parts = (
        random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS)
        for _ in range(syllables)
    )
    return "".join(parts).capitalize()


def katakana(random: Random) -> str:
    """Returns three to eight katakana, the script that titles are transcribed to."""
    return "".join(random.choices(_KATAKANA, k=random.randint(3, 8)))


def _coined(random: Random, taken: set[str], forms: Sequence[str], count: int) -> tuple[str, ...]:
    """Returns `count` invented names, none of them taken before."""
    names: list[str] = []
    while len(names) < count:
        word = coin(random, random.choice((2, 2, 3)))
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
        own, group = TASTES[number], GROUPS[number % len(GROUPS)]
        made.append(
            TasteLexicon(
                genres=own.genres,
                group_genres=group.genres,
                words=own.words,
                group_words=group.words,
                invented=_coined(random, taken, _ORDERS, INVENTED_PER_TASTE),
                studios=_coined(random, taken, _HOUSES, studios),
            )
        )
    firms = _coined(random, taken, _FIRMS, min(300, max(8, items // 50)))
    return Lexicon(tuple(made), firms)
