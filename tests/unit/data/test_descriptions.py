import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colike.config import load_config
from colike.data.descriptions import clean, renderer
from colike.data.items import content_hash
from colike.errors import ConfigError

MAL = load_config("conf/mal2020.yml")
TEMPLATE = MAL.descriptions.template
ATTRIBUTES = MAL.data.items.attributes
WORDS = MAL.descriptions.max_synopsis_words
describe_mal = renderer(TEMPLATE, ATTRIBUTES, WORDS)

FILM = {
    "Type": "Movie",
    "Duration": "1 hr. 55 min.",
    "Producers": "Sunrise, Bandai Visual",
    "Studios": "Bones",
    "Source": "Original",
    "Aired": "Sep 1, 2001",
    "Genres": "Action, Drama",
}


def test_a_mal_description_has_the_books_first_and_last_lines_and_its_facts_between():
    text, cut = describe_mal("Cowboy Bebop: Tengoku no Tobira", FILM, "Another day.")
    assert text == (
        "Cowboy Bebop: Tengoku no Tobira is a Movie. It runs 1 hr 55 min. "
        "It was produced by Sunrise, Bandai Visual and it is from Bones Studio. "
        "Its source is Original. It aired Sep 1, 2001. Another day. "
        "Its genres are Action, Drama."
    )
    assert not cut


def test_facts_go_by_type():
    series = {"Type": "TV", "Episodes": "26", "Duration": "24 min.", "Premiered": "Spring 1998"}
    text, _ = describe_mal("X", {**series, "Aired": "1998"}, "")
    assert "It has 26 episodes." in text
    assert "It premiered in Spring 1998." in text
    assert "It runs" not in text
    assert "It aired" not in text


@given(st.sets(st.sampled_from(ATTRIBUTES)), st.sampled_from(["TV", "Movie", "OVA", "Music"]))
def test_what_an_item_lacks_leaves_no_trace(present, kind):
    values = dict.fromkeys(present, "x1") | ({"Type": kind} if "Type" in present else {})
    text, _ = describe_mal("Title", values, None)
    assert "None" not in text
    assert text.startswith("Title is a ")
    assert text == clean(text)


def test_a_long_synopsis_is_cut_and_the_genres_never_are():
    long = " ".join(f"word{i}" for i in range(500))
    text, cut = describe_mal("Title", FILM, long)
    assert cut
    assert text.endswith(f" word{WORDS - 1} Its genres are Action, Drama.")


@pytest.mark.parametrize(("words", "is_cut"), [(WORDS, False), (WORDS + 1, True)])
def test_a_synopsis_is_cut_only_above_the_limit(words, is_cut):
    text, cut = describe_mal("Title", {}, " ".join(["w"] * words))
    assert cut is is_cut
    assert text.split().count("w") == min(words, WORDS)


def test_letters_beyond_ascii_are_kept_and_control_characters_are_not():
    assert clean("Pokémon") == "Pokémon"
    assert clean("進撃の巨人 2nd") == "進撃の巨人 2nd"
    assert clean("Fate/Zero\x07\u200b\x00") == "Fate/Zero"
    # Two spaces become one, and not none as in the book's code.
    assert clean(" a  b\r\n\tc ") == "a b c"
    text, _ = describe_mal("Pokémon", {}, "Café\x00 days")
    assert "Pokémon" in text
    assert "Café days" in text


@given(st.text())
def test_cleaned_text_has_no_controls_is_single_spaced_and_stays_as_it_is(text):
    cleaned = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in cleaned)
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    assert clean(cleaned) == cleaned
    # Fillers of Hangul are letters by their category, and nobody sees them.
    printed = {c for c in text if c.isprintable() and not c.isspace()} - set(
        "\u115f\u1160\u3164\uffa0"
    )
    if cleaned:
        assert printed <= set(cleaned) - {" "}


SPELLINGS = {
    "Persian, without joining": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Hindi, with a joiner": "\u0915\u094d\u200d\u0937",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a heart in colour": "\u2764\ufe0f",
    "the flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e007f",
    "an Arabic number sign": "\u0600\u0661",
    "an emoji newer than Python": "\U0001fae9",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_marks_that_are_part_of_the_spelling_stay(name):
    assert clean(SPELLINGS[name]) == SPELLINGS[name]


@pytest.mark.parametrize("text", ["\u200b", " \u200d ", "\ufeff\xad", "\u2060\x07", "\u202e"])
def test_a_text_of_what_nobody_sees_is_empty(text):
    assert clean(text) == ""
    assert clean(f"a{text.strip()}b") in ("ab", "a\u200db")


@pytest.mark.parametrize("reach", ["title.__class__", "''.__class__", "attributes.__init__"])
def test_a_template_cannot_reach_pythons_insides(reach):
    hidden, _ = renderer(f"[{{{{ {reach} }}}}]", [], 5)("Title", {}, "text")
    assert hidden == "[]"
    with pytest.raises(ConfigError, match=r"descriptions\.template fails for 'Title'.* unsafe"):
        renderer(f"{{{{ {reach}.mro }}}}", [], 5)("Title", {}, "text")


def test_a_name_that_items_lack_is_an_error_before_any_item_is_described():
    with pytest.raises(ConfigError, match="uses titel, which items do not have; it may use Genres"):
        renderer("{{ titel }} {{ Genres }}", ["Genres"], 5)


def test_a_template_that_is_no_jinja_is_an_error_with_its_line():
    with pytest.raises(ConfigError, match=r"descriptions\.template, line 2: "):
        renderer("{{ title }}\n{% if %}", [], 5)


def test_attributes_whose_names_are_no_identifiers_are_in_the_mapping():
    render = renderer("{{ title }}: {{ attributes['Plan to Watch'] }}", ["Plan to Watch"], 5)
    assert render("A", {"Plan to Watch": "3"}, None) == ("A: 3", False)


def test_an_item_whose_template_gives_nothing_is_described_by_its_title():
    assert renderer("{{ synopsis }}", [], 5)("Only a title", {}, None) == ("Only a title", False)


def test_markup_in_a_text_is_neither_run_nor_escaped():
    render = renderer("{{ title }} {{ synopsis }}", [], 50)
    text, _ = render("{{ 7 * 7 }}", {}, "Tom & Jerry <3")
    assert text == "{{ 7 * 7 }} Tom & Jerry <3"


def test_the_content_hash_is_the_sha256_of_the_utf8_text():
    # printf 'Pokémon' | sha256sum
    assert content_hash("Pokémon") == HASH
    assert content_hash("Pokemon") != HASH


HASH = "d6e9b032ef19220519986e5bd048e28ffc26316daa28a4c0dfaadc27c6f90caf"
