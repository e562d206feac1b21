"""Sentence forms of the synopses and forms of the titles; slots are filled by texts.py."""

from typing import Final

# {person}, {thing}, {other}, {aim}: of the taste; {group}: a noun of its group; {hero}, {friend},
# {trait}, {place}: of no taste. "a" becomes "an" where the next word asks for it.
THEME_FORMS: Final = (
    "{hero} wants nothing more than to {aim}.",
    "To {aim}, {hero} needs the help of a {person}.",
    "A {trait} {person} offers help, but the price is the {thing}.",
    "When the {thing} goes missing, suspicion falls on a {person}.",
    "Nobody believes that a {person} can {aim}.",
    "There is no time left to {aim}, and the {group} is already lost.",
    "{friend}, a {trait} {person}, has sworn to {aim}.",
    "The {thing} and the {other} turn out to have more in common than anyone thought.",
    "What starts with the {thing} soon becomes a question of the {group}.",
    "For {hero}, the {group} means everything, until a {person} brings the {thing}.",
    "It takes a {trait} {person} to explain what the {thing} is really worth.",
    "Every night {hero} dreams of the {thing}, and every morning it is a little closer.",
    "{hero} and {friend} have one week to {aim}.",
    "With the {thing} at stake, {hero} teams up with a {person}.",
    "The {person} who once owned the {thing} is back for the {other}.",
)

# {creator}: a writer or director whose works are all of one taste.
CREATOR_FORMS: Final = (
    "Based on the story by {creator}.",
    "Written by {creator}.",
    "The script is by {creator}, with music by {second}.",
    "It was directed by {creator} from an idea by {second}.",
    "A new story from {creator}, with character designs by {second}.",
    "{hero} is the creation of {creator}, who also wrote the theme song.",
)

# How a synopsis begins; nothing of the taste in here, nor in the plain forms.
SETUP_FORMS: Final = (
    "In {place}, a {trait} {role} named {hero} leads an uneventful life until {event}.",
    "{hero} is a {trait} {role} who has never left {place}.",
    "After {event}, {hero} moves to {place} with nothing but a suitcase.",
    "For {hero}, a {trait} {role}, everything changes with {event}.",
    "Life in {place} is never dull for {hero}, a {trait} {role}.",
    "{hero} and {friend} meet in {place} because of {event}.",
)

PLAIN_FORMS: Final = (
    "Together with {friend}, a {trait} {role}, {hero} tries to make the best of it.",
    "Years later {friend} returns to {place}, and old wounds open.",
    "Because of {event}, {friend} and {hero} no longer trust each other.",
    "{friend}, once a {trait} {role}, has a plan too.",
    "Nobody expected that {event} would bring the two together.",
    "But {place} is no home for a {trait} {role}.",
    "Each day brings new faces, and {hero} slowly feels at home.",
    "However, time is running out for {hero} and {friend}.",
    "What begins with {event} ends in a decision that {friend} cannot take back.",
    "Half a year passes before {hero} hears from {friend} again.",
)

OPENINGS: Final = (
    "A collection of short stories about a {person} and the {thing}.",
    "A short film about a {person} who tries to {aim}.",
    "Bundled with the disc release, this episode follows {hero}, a {person}.",
    "The story of {hero} and the {thing} continues.",
    "Music video about the {thing} and a {trait} {person}.",
)

NO_SYNOPSIS: Final = "No synopsis has been written for this title so far."

# {noun}: of the taste or of no taste; {town}: an invented place.
TITLE_FORMS: Final = (
    "{adjective} {noun}",
    "The {adjective} {noun}",
    "{name} and the {noun}",
    "{name}'s {noun}",
    "The {noun} of {town}",
    "{noun} in {town}",
    "{noun} {kind}",
    "{adjective} {noun} {kind}",
    "Beyond the {noun}",
    "My {adjective} {noun}",
    "Goodbye, {noun}",
    "{town} {kind}",
)
TITLE_ADJECTIVES: Final = (
    *("Last", "Silent", "Crimson", "Hidden", "Broken", "Golden", "Distant", "Second", "Endless"),
    *("Hollow", "Little", "Paper", "Midnight", "Burning", "Frozen", "Borrowed", "Honest", "Wild"),
    *("Forgotten", "Silver", "Unlikely", "Wandering", "Perfect", "Restless", "Stolen", "Blue"),
    *("Gentle", "Iron", "Seventh", "Sleeping", "Lonely", "Secret", "Winter", "Velvet", "Lucky"),
)
TITLE_KINDS: Final = (
    *("Chronicle", "Story", "Saga", "Code", "Days", "Requiem", "Theatre", "Record", "Project"),
    *("Diary", "Report", "Tales", "Journey", "Parade", "Atlas", "Club", "Blues", "Academy"),
)
TITLE_NOUNS: Final = (
    *("Garden", "Sky", "Dawn", "Hour", "Voice", "Road", "River", "Window", "Bridge", "Horizon"),
    *("Harbour", "Season", "Stranger", "Evening", "Tide", "Door", "Field", "Cloud", "Shore"),
)
# What follows the name of the first part.
SEQUELS: Final = (
    *(" II", " 2nd Season", " Specials", " OVA", " Zero", " Recap"),
    *(": The Movie", ": The Final Chapter"),
)
