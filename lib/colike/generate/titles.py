"""Names of titles: relatives share a stem, and no name stands twice."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from colike.generate.lexicon import TasteLexicon, compound
from colike.generate.templates import (
    SEQUELS,
    TITLE_ADJECTIVES,
    TITLE_FORMS,
    TITLE_KINDS,
    TITLE_NOUNS,
)
from colike.generate.vocabulary import PEOPLE

# Of the names, those whose noun tells of the taste.
_SHARE_THEMED: Final = 0.6


@dataclass
class Titles:
    """Hands out a name per item."""

    random: Random
    _stems: dict[int, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def title(self, franchise: int, part: int, lexicon: TasteLexicon) -> str:
        """Returns the name of part `part` of a franchise; that of part 0 begins all others.

        Args:
            franchise: number of the franchise.
            part: from 0; parts are asked for in order.
            lexicon: words of the taste that the franchise is of.
        """
        if part == 0:
            self._stems[franchise] = self._new_stem(lexicon)
            return self._stems[franchise]
        stem = self._stems[franchise]
        endings = [f" {part + 1}"] if part <= 2 and self.random.random() < 0.5 else []
        endings += self.random.sample(SEQUELS, len(SEQUELS))
        names = (f"{stem}{ending}" for ending in (*endings, f" Part {part + 1}"))
        name = next(name for name in names if name not in self._taken)
        self._taken.add(name)
        return name

    def _new_stem(self, lexicon: TasteLexicon) -> str:
        stem = self._drawn(lexicon)
        while stem in self._taken:
            stem = f"{self._drawn(lexicon)}: {compound(self.random)}"
        self._taken.add(stem)
        return stem

    def _drawn(self, lexicon: TasteLexicon) -> str:
        random = self.random
        themed = (*lexicon.words.things, *lexicon.group_words)
        nouns = themed if random.random() < _SHARE_THEMED else TITLE_NOUNS
        return random.choice(TITLE_FORMS).format(
            adjective=random.choice(TITLE_ADJECTIVES),
            noun=_capitalised(random.choice(nouns)),
            kind=random.choice(TITLE_KINDS),
            name=random.choice(PEOPLE),
            town=compound(random),
        )


def _capitalised(words: str) -> str:
    return " ".join(word[0].upper() + word[1:] for word in words.split())
