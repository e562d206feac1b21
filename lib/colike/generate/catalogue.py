"""anime.csv and anime_with_synopsis.csv, written row by row."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from colike.generate.audience import Audience
from colike.generate.credits import Credits, make_credits
from colike.generate.form import (
    ITEMS_FILE,
    ITEMS_HEADER,
    SYNOPSES_FILE,
    SYNOPSES_HEADER,
    UNKNOWN,
)
from colike.generate.lexicon import Lexicon, katakana, make_lexicon
from colike.generate.texts import synopsis
from colike.generate.titles import Titles
from colike.generate.world import World

# 16,214 of 17,562 titles have a row in the synopsis file.
_SHARE_WITH_SYNOPSIS: Final = 16_214 / 17_562
_SHARE_ENGLISH: Final = 0.4

ItemRow = tuple[object, ...]


def write_catalogue(random: Random, world: World, audience: Audience, out: Path) -> int:
    """Writes both item files into out and returns the number of synopsis rows."""
    lexicon = make_lexicon(random, len(world.taste_sizes), world.items)
    written = 0
    with (
        (out / ITEMS_FILE).open("w", encoding="utf-8", newline="") as items_file,
        (out / SYNOPSES_FILE).open("w", encoding="utf-8", newline="") as synopses_file,
    ):
        items = csv.writer(items_file, lineterminator="\n")
        synopses = csv.writer(synopses_file, lineterminator="\n")
        items.writerow(ITEMS_HEADER)
        synopses.writerow(SYNOPSES_HEADER)
        for row, text in _rows(random, world, lexicon, audience):
            items.writerow(row)
            if random.random() < _SHARE_WITH_SYNOPSIS:
                synopses.writerow((*row[:4], text))
                written += 1
    return written


def _rows(
    random: Random, world: World, lexicon: Lexicon, audience: Audience
) -> Iterator[tuple[ItemRow, str]]:
    """Yields the row of `anime.csv` and the synopsis of each title."""
    titles, latent = Titles(random), world.latent
    for item in range(world.items):
        franchises = latent.franchises
        franchise = int(franchises.of_item[item])
        main, second = (int(taste) for taste in latent.tastes[item])
        words = (lexicon.tastes[main], lexicon.tastes[second])
        name = titles.title(franchise, int(franchises.part[item]), words[0])
        made = make_credits(random, lexicon, words, franchise, item / world.items)
        text = synopsis(random, lexicon, (main, second), float(latent.blend[item, 0]))
        yield (int(world.mal_id[item]), *_row(random, name, made, audience, item)), text


def _row(random: Random, name: str, made: Credits, audience: Audience, item: int) -> ItemRow:
    """Returns the columns of `anime.csv` after MAL_ID."""
    return (
        name,
        audience.score(item),
        made.genres,
        name if random.random() < _SHARE_ENGLISH else UNKNOWN,
        katakana(random) if random.random() > 0.003 else UNKNOWN,
        made.type,
        made.episodes,
        made.aired,
        made.premiered,
        made.producers,
        made.licensors,
        made.studios,
        made.source,
        made.duration,
        made.rating,
        audience.ranked(item),
        *audience.counts(item),
    )
