"""What a YAML text may cost, and what it may hold."""

import pytest
import yaml

from colike.config.yaml import MOST_CHARACTERS, fault_of, parse

BOMB = "a0: &a0 {k: x}\n" + "".join(
    f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {k: x}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 30)
)
REFUSED = {
    BOMB: "line 15: it holds more than 100,000 values, aliases spelt out",
    MERGES: "it is nested more than 30 levels deep",
    "a: " + "[" * 3000: "line 1: it is nested more than 30 levels deep",
    "a: " + "[" * 31 + "]" * 31: "it is nested more than 30 levels deep",
    "a: [" + "1," * 100_001 + "]": "it holds more than 100,000 values",
    "a" * (MOST_CHARACTERS + 1): "it has more than 1,000,000 characters",
    "a: &a {b: *a}": "line 1: *a is of nothing that stands above it",
    "a: 1\nb: !!timestamp x": "line 2: tags other than !!str mean nothing here",
    "a: !!python/object/apply:os.system [id]": "tags other than !!str mean nothing here",
    "a: !mine {}": "tags other than !!str mean nothing here",
    "? [a]\n: 1": "line 1: a key has to be plain text",
    "a: " + "9" * 41: "line 1: a number has more than 40 digits; put text in quotes",
    "a: '\ud800'": "it has a character that UTF-8 does not have",
    "a: \0": "control characters are not allowed",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_out_of_bounds_is_refused_with_its_line_before_it_is_built(text):
    with pytest.raises(yaml.YAMLError) as raised:
        parse(text)
    assert REFUSED[text] in fault_of(raised.value)


def test_aliases_within_bounds_are_what_they_stand_for():
    text = "form: &form {sep: ',', header: true}\none: *form\ntwo: {<<: *form, sep: ;}"
    assert parse(text) == {
        "form": {"sep": ",", "header": True},
        "one": {"sep": ",", "header": True},
        "two": {"sep": ";", "header": True},
    }


def test_the_tag_of_texts_and_long_numbers_in_quotes_are_taken():
    long = "9" * 41
    assert parse(f"[!!str 1, '{long}', {'9' * 40}, ! x]") == ["1", long, int("9" * 40), "x"]


def test_thirty_levels_are_taken():
    assert parse("[" * 30 + "]" * 30)


def test_what_is_wrong_never_quotes_the_text():
    with pytest.raises(yaml.YAMLError) as raised:
        parse("spark:\n  spark.my.password: 'hunter2\n")
    assert "hunter2" not in fault_of(raised.value)
    assert fault_of(raised.value).startswith("line ")
