"""Titles and synopses, written from the same tastes that the ratings come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from colike.generate.lexicon import Lexicon, TasteLexicon, coin
from colike.generate.templates import (
    NO_SYNOPSIS,
    OPENINGS,
    PLAIN_FORMS,
    SEQUELS,
    THEME_FORMS,
    TITLE_NOUNS,
)
from colike.generate.vocabulary import EVENTS, PEOPLE, PLACES, ROLES, TRAITS

# Of the titles that have a row in the synopsis file.
_SHARE_NO_SYNOPSIS: Final = 0.046
_SHARE_EMPTY: Final = 0.002
# Words per synopsis: median 45 in the real data, a quarter above 97.
_MEDIAN_SENTENCES: Final = 3.6
_SPREAD_SENTENCES: Final = 0.8
_SHARE_THEME: Final = 0.7
_DECORATIONS: Final = ("{}", "{}", "{}", "{}!", "{}é", "{}☆{}")


@dataclass
class Titles:
    """Hands out a title per item: relatives share a stem, and no title stands twice."""

    random: Random
    _stems: dict[int, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def title(self, franchise: int, part: int, parts: int, lexicon: TasteLexicon) -> str:
        """Returns the title of part `part` (from 0) of a franchise that has `parts` parts."""
        stem = self._stems.get(franchise)
        if stem is None:
            stem = self._new_stem(lexicon)
            if parts > 1:
                self._stems[franchise] = stem
        name = stem if part == 0 else f"{stem} {self._sequel(part)}"
        while name in self._taken:
            name = f"{name} {coin(self.random, 1)}"
        self._taken.add(name)
        return name

    def _new_stem(self, lexicon: TasteLexicon) -> str:
        random = self.random
        word = random.choice(_DECORATIONS).format(*(coin(random, 2), coin(random, 1)))
        themed = (*lexicon.words, *lexicon.group_words)
        noun = random.choice(themed).capitalize() if random.random() < 0.6 else None
        return f"{word} {noun or random.choice(TITLE_NOUNS)}"

    def _sequel(self, part: int) -> str:
        if part <= 2 and self.random.random() < 0.5:
            return str(part + 1)
        return self.random.choice(SEQUELS)


def synopsis(random: Random, lexicon: Lexicon, tastes: Sequence[int], blend: float) -> str:
    """Returns a synopsis: sentences on the tastes among sentences that tell nothing of them.

    Args:
        random: source of the choices.
        lexicon: words of all tastes.
        tastes: main and second taste of the title.
        blend: part of the main taste.
    """
    kind = random.random()
    if kind < _SHARE_EMPTY:
        return ""
    if kind < _SHARE_EMPTY + _SHARE_NO_SYNOPSIS:
        return NO_SYNOPSIS
    first, second = random.sample(PEOPLE, 2)
    count = max(1, round(_MEDIAN_SENTENCES * random.lognormvariate(0.0, _SPREAD_SENTENCES)))
    if count == 1:
        return _sentence(random, OPENINGS, lexicon.tastes[tastes[0]], (first, second))
    sentences = [_sentence(random, PLAIN_FORMS, lexicon.tastes[tastes[0]], (first, second))]
    for _ in range(min(count, 24) - 1):
        taste = tastes[0] if random.random() < blend else tastes[1]
        forms = THEME_FORMS if random.random() < _SHARE_THEME else PLAIN_FORMS
        sentences.append(_sentence(random, forms, lexicon.tastes[taste], (first, second)))
    return " ".join(sentences)


def _sentence(
    random: Random, forms: Sequence[str], words: TasteLexicon, names: tuple[str, str]
) -> str:
    a, b = random.sample(words.invented, 2)
    w, v = random.sample(words.words, 2)
    text = random.choice(forms).format(
        a=a,
        b=b,
        w=w,
        v=v,
        g=random.choice(words.group_words),
        hero=names[0],
        friend=names[1],
        place=random.choice(PLACES),
        trait=random.choice(TRAITS),
        role=random.choice(ROLES),
        event=random.choice(EVENTS),
    )
    return text[0].upper() + text[1:]
