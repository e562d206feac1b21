"""Groups of tastes, and words that are said of any title whatever its taste.

Eight groups of four tastes. A group shares genres and words, so that an embedder that has never
seen the likes tells groups apart better than the tastes inside them.
"""

from typing import Final, NamedTuple

from colike.generate.tastes import phrases


class GroupWords(NamedTuple):
    """Genres and nouns that the four tastes of a group share."""

    genres: tuple[str, ...]
    words: tuple[str, ...]


def _group(genres: str, words: str) -> GroupWords:
    return GroupWords(phrases(genres), tuple(words.split()))


GROUPS: Final = (
    _group("Sci-Fi, Action", "engine orbit signal station machine circuit frontier vessel"),
    _group("Fantasy, Adventure", "kingdom quest forest blade spell throne ruin beast"),
    _group("Comedy, Slice of Life", "kitchen neighbour holiday lunch family party garden shop"),
    _group("Drama, Romance", "letter promise confession farewell rain memory heart distance"),
    _group("Mystery, Supernatural", "shadow ghost curse secret night whisper grave riddle"),
    _group("Sports, School", "training tournament captain stadium rival classroom club coach"),
    _group("Historical, Action", "sword clan battle honour general fortress dynasty banner"),
    _group("Kids, Music", "song stage puppet melody animal dance parade toy"),
)

# Said of any title whatever its taste: an embedder must learn that they do not matter.
PEOPLE: Final = phrases(
    "Anna, Boris, Clara, Daniel, Elena, Felix, Greta, Henry, Irene, Jonas, Karin, Leon, Maria, "
    "Nils, Olga, Peter, Rosa, Simon, Tessa, Viktor, Wanda, Yusuf, Zoe, Adam, Bertha, Carlo, Doris, "
    "Emil, Frida, George, Aiko, Haruto, Kenji, Mei, Naoki, Rin, Sora, Yuki"
)
PLACES: Final = phrases(
    "a quiet harbour town, a crowded capital, a snowbound village, a desert outpost, a riverside "
    "suburb, an old mining valley, a distant island, a mountain hamlet, a sprawling port, a "
    "forgotten district, a windy plateau, a border city, a fishing village, a grey industrial "
    "town, a city of canals, a town at the end of the railway, a hot spring resort, an abandoned "
    "theme park, a valley of windmills, a lakeside campsite, a shopping arcade, a flooded suburb"
)
TRAITS: Final = phrases(
    "stubborn, gentle, reckless, shy, cheerful, lonely, hopeful, clumsy, proud, patient, curious, "
    "sarcastic, fearless, forgetful, modest, lazy, brilliant, quiet, restless, solemn"
)
ROLES: Final = phrases(
    "orphan, student, apprentice, courier, widow, twin, nurse, clerk, drifter, painter, mechanic, "
    "farmer, translator, cook, soldier, gardener, actor, sailor, messenger, tailor, watchmaker"
)
EVENTS: Final = phrases(
    "a sudden storm, a missing parent, an unpaid debt, an unexpected inheritance, a chance "
    "meeting, a broken train, a strange parcel, a lost bet, an old photograph, a wrong address, "
    "a long illness, a fire in the market, a stolen bicycle, a forgotten birthday, an election, "
    "a sleepless week"
)
