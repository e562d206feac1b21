"""Genres and ordinary words of the tastes; the invented words come from the seed (lexicon.py).

Eight groups of four tastes. A group shares genres and words, so that an embedder that has never
seen the likes tells groups apart; the tastes inside a group differ mostly in invented words.
"""

from typing import Final, NamedTuple


class GroupWords(NamedTuple):
    """Genres and ordinary words that the four tastes of a group share."""

    genres: tuple[str, ...]
    words: tuple[str, ...]


class TasteWords(NamedTuple):
    """Genres and ordinary words of one taste."""

    genres: tuple[str, ...]
    words: tuple[str, ...]


def _group(genres: str, words: str) -> GroupWords:
    return GroupWords(tuple(genres.split(", ")), tuple(words.split()))


def _taste(genres: str, words: str) -> TasteWords:
    return TasteWords(tuple(genres.split(", ")), tuple(words.split()))


GROUPS: Final = (
    _group("Sci-Fi, Action", "engine orbit signal station machine circuit frontier pilot vessel"),
    _group("Fantasy, Adventure", "kingdom quest forest blade spell throne ruin traveller beast"),
    _group("Comedy, Slice of Life", "kitchen neighbour holiday lunch family laughter garden shop"),
    _group("Drama, Romance", "letter promise confession farewell rain memory heart distance"),
    _group("Mystery, Supernatural", "shadow ghost curse secret night whisper grave detective"),
    _group("Sports, School", "training tournament captain stadium rival classroom club coach"),
    _group("Historical, Action", "sword clan battle honour general fortress dynasty banner"),
    _group("Kids, Music", "song stage puppet melody animal dance parade toy friend"),
)

# Taste t belongs to group t % 8, so that any first few tastes spread over the groups.
TASTES: Final = (
    _taste("Mecha, Military", "cockpit hangar armour reactor squadron regiment missile"),
    _taste("Magic, Shounen", "wand grimoire sorcerer academy familiar rune potion"),
    _taste("Seinen, Comedy", "bakery recipe noodle spice baker oven breakfast"),
    _taste("Shoujo, School", "hallway umbrella diary ribbon crush library spring"),
    _taste("Horror, Thriller", "basement scream knife asylum blood mirror cellar"),
    _taste("Shounen, Comedy", "pitcher inning bat glove dugout umpire fastball"),
    _taste("Samurai, Martial Arts", "dojo ronin duel katana scabbard sensei stance"),
    _taste("Magic, Shoujo", "wand sparkle princess costume fairy charm heroine"),
    _taste("Space, Adventure", "nebula asteroid captain crew comet starship colony"),
    _taste("Demons, Super Power", "demon abyss seal horn pact infernal gate"),
    _taste("Parody, School", "prank clubroom mascot gag festival teacher nickname"),
    _taste("Josei, Drama", "office marriage apartment divorce career wine manager"),
    _taste("Police, Psychological", "inspector case suspect evidence alibi precinct witness"),
    _taste("Drama, Shounen", "violin orchestra rehearsal conductor audition recital string"),
    _taste("Military, Drama", "trench artillery officer armistice rifle border convoy"),
    _taste("Adventure, Fantasy", "island pirate treasure map parrot harbour lighthouse"),
    _taste("Psychological, Thriller", "android network virus implant hacker neon upload"),
    _taste("Game, Comedy", "dungeon level guild quest avatar raid respawn"),
    _taste("Kids, Fantasy", "bear acorn meadow rabbit picnic pond squirrel"),
    _taste("Supernatural, Shounen", "shrine afterlife wish fireworks summer reunion miracle"),
    _taste("Vampire, Seinen", "vampire coffin fang manor crimson immortal hunter"),
    _taste("Cars, Seinen", "racing drift tyre garage downhill gearbox circuit"),
    _taste("Romance, Shoujo", "empress palace concubine silk courtier lantern edict"),
    _taste("Comedy, Slice of Life", "idol concert backstage unit fan microphone debut"),
    _taste("Drama, Mystery", "timeline paradox laboratory experiment clock loop past"),
    _taste("Historical, Military", "dragon rider siege knight crown cavalry prophecy"),
    _taste("Harem, Romance", "dormitory roommate landlady bath misunderstanding sister maid"),
    _taste("Music, Josei", "guitar bassist rooftop demo tour amplifier lyrics"),
    _taste("Demons, Historical", "talisman exorcist spirit fox onmyoji monk lantern"),
    _taste("Martial Arts, Seinen", "boxing ring fist champion weight referee punch"),
    _taste("Mystery, Seinen", "spy empire opium telegraph dossier embassy cipher"),
    _taste("Dementia, Fantasy", "clockwork marionette dream lullaby carousel tea moon"),
)


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


# Said of any title whatever its taste: an embedder must learn that they do not matter.
PEOPLE: Final = _phrases(
    "Anna,Boris,Clara,Daniel,Elena,Felix,Greta,Henry,Irene,Jonas,Karin,Leon,Maria,Nils,Olga,"
    "Peter,Rosa,Simon,Tessa,Viktor,Wanda,Yusuf,Zoe,Adam,Berta,Carlo,Doris,Emil,Frida,Georg"
)
PLACES: Final = _phrases(
    "a quiet harbour town,a crowded capital,a snowbound village,a desert outpost,a riverside "
    "suburb,the old mining valley,a distant island,a mountain hamlet,a sprawling port,a forgotten "
    "district,a windy plateau,a border city,a fishing settlement,a grey industrial town"
)
TRAITS: Final = _phrases(
    "stubborn,gentle,reckless,shy,cheerful,lonely,hopeful,clumsy,proud,patient,curious,"
    "sarcastic,fearless,forgetful,modest,lazy,brilliant,quiet,restless,solemn"
)
ROLES: Final = _phrases(
    "orphan,student,apprentice,courier,widow,twin,nurse,clerk,drifter,heir,painter,mechanic,"
    "farmer,translator,cook,soldier,gardener,actor,sailor,messenger,tailor,watchmaker"
)
EVENTS: Final = _phrases(
    "a sudden storm,a missing parent,an unpaid debt,an unexpected inheritance,a chance meeting,"
    "a broken train,a strange parcel,a lost bet,an old photograph,a wrong address,a long illness,"
    "a fire in the market,a stolen bicycle,a forgotten birthday,an election,a sleepless week"
)
