"""What the titles of each taste are about: people, things and aims, word lists of our own."""

from typing import Final, NamedTuple


class TasteWords(NamedTuple):
    """Genres of one taste, and the words that its titles and synopses are written with.

    Attributes:
        genres: as `anime.csv` spells them.
        people: who the stories are about, without an article.
        things: nouns that stand behind "the".
        aims: what people want, verb phrases that stand behind "to".
    """

    genres: tuple[str, ...]
    people: tuple[str, ...]
    things: tuple[str, ...]
    aims: tuple[str, ...]


def phrases(text: str) -> tuple[str, ...]:
    """Returns the parts of a list with commas.

    >>> phrases("walker, reactor core")
    ('walker', 'reactor core')
    """
    return tuple(text.split(", "))


def _taste(genres: str, people: str, things: str, aims: str) -> TasteWords:
    return TasteWords(phrases(genres), phrases(people), phrases(things), phrases(aims))


# Taste t belongs to group t % 8 of vocabulary.py, so that any first few tastes spread over the
# groups.
TASTES: Final = (
    _taste(
        "Mecha, Military",
        "grounded pilot, hangar mechanic, squadron leader, cadet gunner",
        "cockpit, hangar, reactor, squadron, missile, walker, visor",
        "fly again, keep one reactor running, outfly a rival squadron, rebuild a broken walker",
    ),
    _taste(
        "Magic, Shounen",
        "failed sorcerer, academy freshman, rune reader, travelling wizard",
        "wand, grimoire, rune, familiar, potion, academy, cauldron",
        "pass the final exam, master a forbidden rune, tame a familiar, lift an old spell",
    ),
    _taste(
        "Seinen, Comedy",
        "noodle cook, retired baker, market vendor, hungry critic",
        "bakery, recipe, noodle, oven, teapot, breakfast, spice",
        "save the family bakery, cook the perfect soup, open a food stall, earn one good review",
    ),
    _taste(
        "Shoujo, School",
        "class president, transfer student, shy librarian, childhood friend",
        "umbrella, diary, ribbon, hallway, library, cherry tree, love letter",
        "confess before spring, return a borrowed umbrella, keep a diary secret, ask for one dance",
    ),
    _taste(
        "Horror, Thriller",
        "night nurse, haunted tenant, gravedigger, crime reporter",
        "basement, mirror, asylum, cellar, scream, knife, attic",
        "leave the house alive, stay awake until dawn, seal the cellar, forget one face",
    ),
    _taste(
        "Shounen, Comedy",
        "injured pitcher, bench catcher, loud shortstop, rookie coach",
        "dugout, fastball, inning, glove, bat, ballpark, scoreboard",
        "reach the summer finals, throw one last fastball, find a ninth player, beat the champions",
    ),
    _taste(
        "Samurai, Martial Arts",
        "masterless swordsman, dojo heir, blind swordsmith, wandering monk",
        "katana, dojo, duel, scabbard, stance, vow, ronin",
        "avenge a fallen master, reopen the dojo, win a duel without blood, return a stolen blade",
    ),
    _taste(
        "Magic, Shoujo",
        "magical girl, fairy in training, costume maker, runaway princess",
        "wand, sparkle, charm, costume, fairy, tiara, star",
        "collect seven charms, grant a wish a day, hide a secret costume, bring back the stars",
    ),
    _taste(
        "Space, Adventure",
        "freighter captain, star mapper, cargo thief, colony doctor",
        "starship, nebula, comet, asteroid, colony, airlock, crew",
        "reach the outer colony, chart a new nebula, pay off the ship, bring the crew home",
    ),
    _taste(
        "Demons, Super Power",
        "half demon, gate keeper, cursed fighter, pact breaker",
        "demon, abyss, pact, seal, horn, gate, inferno",
        "close the gate, break a pact, hold back an inner demon, win back a stolen soul",
    ),
    _taste(
        "Parody, School",
        "prank master, clubroom slacker, tired teacher, costume mascot",
        "prank, clubroom, mascot, festival, nickname, gag, detention",
        "save the useless club, win the school festival, pull the greatest prank, skip detention",
    ),
    _taste(
        "Josei, Drama",
        "office manager, divorced designer, wine seller, wedding planner",
        "office, apartment, marriage, career, wine, promotion, ring",
        "start over at thirty, choose between two jobs, leave a cold marriage, live alone",
    ),
    _taste(
        "Police, Psychological",
        "chief inspector, profiler, undercover officer, forensic expert",
        "suspect, alibi, evidence, precinct, witness, case file, badge",
        "reopen a cold case, break a perfect alibi, protect the only witness, catch a copycat",
    ),
    _taste(
        "Drama, Shounen",
        "young violinist, strict conductor, deaf composer, second cellist",
        "violin, orchestra, rehearsal, audition, recital, symphony, bow",
        "win the audition, play without fear, finish a symphony, reunite the orchestra",
    ),
    _taste(
        "Military, Drama",
        "field medic, young officer, deserter, radio operator",
        "trench, artillery, armistice, rifle, border, convoy, medal",
        "survive until the armistice, cross the border, bury a comrade, end the war",
    ),
    _taste(
        "Adventure, Fantasy",
        "pirate cook, lighthouse keeper, treasure hunter, ship's boy",
        "island, pirate, treasure, map, parrot, lighthouse, compass",
        "find the lost island, outsail the navy, read a torn map, share the treasure",
    ),
    _taste(
        "Psychological, Thriller",
        "hacker, runaway android, memory dealer, network ghost",
        "android, network, implant, virus, neon, upload, firewall",
        "erase a digital past, prove to be human, stop the virus, wake up from the upload",
    ),
    _taste(
        "Game, Comedy",
        "trapped gamer, guild healer, level one hero, bored dungeon boss",
        "dungeon, guild, avatar, raid, level, loot, quest log",
        "clear the last dungeon, log out, level up the hard way, found an honest guild",
    ),
    _taste(
        "Kids, Fantasy",
        "little bear, brave rabbit, grumpy squirrel, lost duckling",
        "acorn, meadow, pond, picnic, burrow, honey pot, snowman",
        "gather acorns for winter, find the way to the pond, plan a picnic, make a new friend",
    ),
    _taste(
        "Supernatural, Shounen",
        "shrine maiden, restless spirit, boy who died, wish granter",
        "shrine, afterlife, wish, firefly, miracle, summer, spirit",
        "say a last goodbye, fulfil one final wish, see one more summer, lead a spirit home",
    ),
    _taste(
        "Vampire, Seinen",
        "vampire count, night hunter, immortal maid, blood doctor",
        "vampire, coffin, manor, fang, blood moon, bat, chapel",
        "resist the thirst, end an immortal life, defend the manor, hunt the last vampire",
    ),
    _taste(
        "Cars, Seinen",
        "delivery driver, tuning expert, street racer, rally navigator",
        "gearbox, tyre, downhill, garage, engine, hairpin, drift",
        "win the downhill race, repair a wrecked engine, beat a ghost car, drive for a real team",
    ),
    _taste(
        "Romance, Shoujo",
        "palace maid, forgotten concubine, court physician, exiled empress",
        "palace, empress, silk, lantern, edict, courtier, pavilion",
        "rise at court, expose a poisoner, refuse a royal marriage, leave the palace",
    ),
    _taste(
        "Comedy, Slice of Life",
        "idol trainee, stage manager, fading star, loyal fan",
        "idol, concert, backstage, microphone, debut, encore, spotlight",
        "fill a small hall, make a debut, write a hit song, keep the group together",
    ),
    _taste(
        "Drama, Mystery",
        "time traveller, sleepless physicist, girl from tomorrow, watch repairer",
        "timeline, paradox, laboratory, clock, loop, experiment, time machine",
        "undo one accident, escape the loop, send a warning to the past, stop the clock",
    ),
    _taste(
        "Historical, Military",
        "dragon rider, exiled knight, young queen, siege engineer",
        "dragon, knight, crown, siege, prophecy, cavalry, citadel",
        "win back the crown, raise a dragon egg, break the siege, fulfil a prophecy",
    ),
    _taste(
        "Harem, Romance",
        "dormitory tenant, strict landlady, jealous roommate, clumsy maid",
        "dormitory, roommate, bath, kiss, misunderstanding, swimsuit, rumour",
        "survive the dormitory, hide a fake engagement, choose one of five, explain a kiss",
    ),
    _taste(
        "Music, Josei",
        "bass player, street singer, burnt-out drummer, record producer",
        "guitar, amplifier, rooftop, tour, lyric, demo tape, chord",
        "record a first demo, get the band back, finish the tour, sing without shaking",
    ),
    _taste(
        "Demons, Historical",
        "travelling exorcist, fox spirit, temple novice, court astrologer",
        "talisman, fox, exorcism, temple, bell, scroll, mask",
        "banish a fox spirit, guard the temple bell, read a burnt scroll, serve a hungry god",
    ),
    _taste(
        "Martial Arts, Seinen",
        "washed-up boxer, sparring partner, corner man, title holder",
        "boxing ring, punch, belt, referee, weight class, knockout, gym",
        "win one more title, make the weight, pay a gym's debts, stand up before ten",
    ),
    _taste(
        "Mystery, Seinen",
        "double agent, embassy clerk, code breaker, retired spy",
        "cipher, embassy, dossier, telegraph, spy, empire, passport",
        "break a cipher, defect with a dossier, find the mole, cross the frontier by night",
    ),
    _taste(
        "Dementia, Fantasy",
        "sleepwalker, clockwork doll, puppet maker, girl without a shadow",
        "marionette, dream, carousel, lullaby, clockwork, moon, tea party",
        "wake from a long dream, wind up the moon, find a lost shadow, finish the tea party",
    ),
)
