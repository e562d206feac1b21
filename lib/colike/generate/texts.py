"""Synopses, written from the same tastes that the ratings come from."""

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from colike.generate.lexicon import Lexicon, TasteLexicon
from colike.generate.templates import (
    CREATOR_FORMS,
    NO_SYNOPSIS,
    OPENINGS,
    PLAIN_FORMS,
    SETUP_FORMS,
    THEME_FORMS,
)
from colike.generate.vocabulary import EVENTS, PEOPLE, PLACES, ROLES, TRAITS

# Of the titles that have a row in the synopsis file.
_SHARE_NO_SYNOPSIS: Final = 0.046
_SHARE_EMPTY: Final = 0.002
# Words per synopsis: median 45 in the real data, a quarter above 97.
_MEDIAN_SENTENCES: Final = 3.6
_SPREAD_SENTENCES: Final = 0.8
_SHARE_THEME: Final = 0.6
# Of the synopses of more than one sentence, those that name who made it.
_SHARE_CREATOR: Final = 0.7
_BEFORE_A_VOWEL: Final = re.compile(r"\b([Aa]) (?=[aeiou])")


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
    names = tuple(random.sample(PEOPLE, 2))
    words = [lexicon.tastes[taste] for taste in tastes]
    count = max(1, round(_MEDIAN_SENTENCES * random.lognormvariate(0.0, _SPREAD_SENTENCES)))
    if count == 1:
        return _sentences(random, [OPENINGS], words[:1], names)
    chosen = [words[0]]
    forms: list[tuple[str, ...]] = [SETUP_FORMS]
    for _ in range(min(count, 24) - 1):
        chosen.append(words[0] if random.random() < blend else words[1])
        forms.append(THEME_FORMS if random.random() < _SHARE_THEME else PLAIN_FORMS)
    if random.random() < _SHARE_CREATOR:
        place = random.randint(1, min(2, len(forms)))
        chosen.insert(place, words[0])
        forms.insert(place, CREATOR_FORMS)
    return _sentences(random, forms, chosen, names)


def _sentences(
    random: Random,
    forms: Sequence[tuple[str, ...]],
    words: Sequence[TasteLexicon],
    names: tuple[str, ...],
) -> str:
    """Returns a sentence per set of forms; no form is used twice while others are left."""
    used: set[str] = set()
    sentences = []
    for these, of_taste in zip(forms, words, strict=True):
        form = random.choice([form for form in these if form not in used] or these)
        used.add(form)
        sentences.append(_sentence(random, form, of_taste, names))
    return " ".join(sentences)


def _sentence(random: Random, form: str, words: TasteLexicon, names: tuple[str, ...]) -> str:
    """Returns the form with its slots filled, beginning with a capital."""
    thing, other = random.sample(words.words.things, 2)
    creator, second = random.sample(words.creators, 2)
    text = form.format(
        person=random.choice(words.words.people),
        thing=thing,
        other=other,
        aim=random.choice(words.words.aims),
        group=random.choice(words.group_words),
        creator=creator,
        second=second,
        hero=names[0],
        friend=names[1],
        place=random.choice(PLACES),
        trait=random.choice(TRAITS),
        role=random.choice(ROLES),
        event=random.choice(EVENTS),
    )
    return _BEFORE_A_VOWEL.sub(r"\1n ", text[0].upper() + text[1:])
