"""Sentence forms of the synopses; slots are filled by texts.py."""

from typing import Final

# {a}, {b}: invented words of the taste; {w}, {v}: its ordinary words; {g}: a word of its group.
THEME_FORMS: Final = (
    "Everything changes when the {a} reveals the truth about the {w} and the {b}.",
    "Between {w} and {v}, the {a} keeps watch over what is left of {b}.",
    "Only those who carry the mark of {a} may touch the {w}.",
    "The {g} belongs to {a}, and nobody in {b} dares to ask why.",
    "Those who serve {a} believe that every {g} hides a {w}.",
    "With the {w} gone, {hero} has to rely on {a} alone.",
    "The road to {b} leads past the {g}, where the {a} gather.",
    "As the {g} draws near, {a} and {b} struggle over a single {w}.",
    "In the name of {a}, the {w} must be returned before the {v} fails.",
    "A rumour about {b} brings {hero} closer to the {g} and the {w}.",
    "What the people of {b} call a {w} is in truth the work of {a}.",
    "There is one rule among the {a}: never speak of the {v}.",
    "{hero} learns of {a}, and with it of the {g} that was taken.",
    "Soon the {w} and the {g} are all that stands against {b}.",
    "An encounter with a member of {a} turns the {v} into a matter of life.",
)

# Nothing of the taste in here.
PLAIN_FORMS: Final = (
    "In {place}, the {trait} {role} {hero} leads an uneventful life until {event}.",
    "{hero} is a {trait} {role} who has never left {place}.",
    "After {event}, {hero} moves to {place} with nothing but a suitcase.",
    "Together with {friend}, a {trait} {role}, {hero} tries to make the best of it.",
    "Years later {friend} returns to {place}, and old wounds open.",
    "Because of {event}, {friend} and {hero} no longer trust each other.",
    "{friend}, once a {trait} {role}, has reasons of their own.",
    "Nobody expected that {event} would bring the two together.",
    "But {place} is no home for a {trait} {role}.",
    "Each day brings new faces, and {hero} slowly finds a place among them.",
    "However, time is running out for {hero} and {friend}.",
    "What begins with {event} ends in a decision that {friend} cannot take back.",
    "Half a year passes before {hero} hears from {friend} again.",
)

OPENINGS: Final = (
    "A collection of short stories around {w} and {a}.",
    "A short film on the {g} of {a}.",
    "Bundled with the disc release, this episode follows {hero} and the {w}.",
    "The continuing story of {hero} and the {a}.",
    "Music clip about the {w} of {b}.",
)

NO_SYNOPSIS: Final = "No synopsis has been written for this title so far."

TITLE_NOUNS: Final = (
    *("Chronicle", "Legend", "Story", "Saga", "Code", "Garden", "Days", "Requiem", "Theatre"),
    *("Record", "Project", "Song", "Gate", "Line", "Diary", "Report", "Tales", "Journey"),
    *("Season", "Parade", "Memory", "Order", "Sky", "Cradle", "Dawn", "Hour", "Atlas", "Voice"),
)
SEQUELS: Final = ("2nd Season", "II", "Movie", "Specials", "OVA", "Final", "Zero", "Recap", "R")
