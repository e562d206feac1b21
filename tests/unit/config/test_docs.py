"""docs/settings.md has every key as the sections, conf/base.yml and TrainSettings have it."""

import pytest

from colike.config.docs import comments_of_fields, comments_of_keys, page, words

from ...pages import ROOT

BASE = """# Of the file.
likes:
  at_least: 9            # a rating at or above this
                         # is a like
sources:                 # by name
  ease:
    keep: [50,
      100]               # weights # kept
  trees: {rounds: 80}    # of the ranker
# Of nothing that is a key.
seed: 7
"""
FIELDS = '''
class Settings:
    """Fields."""

    kinds: ClassVar[int] = 1

    # Of nothing.

    # Pairs per batch.
    # None: the objective's own.
    batch_size: int | None = None
    steps: int = 1
'''


@pytest.fixture(scope="module")
def made():
    return page()


def test_the_page_is_what_the_sections_say_now(made):
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == made, "run: make pages"


@pytest.mark.parametrize(
    "line",
    [
        "- `likes.at_least=9` (number): a rating at or above this is a like (a promoter in NPS)",
        "- `data.ratings.path` (text)",
        "- `train.batch_size=null` (whole number or null): Pairs per batch and process; graded: "
        "anchors, each with one positive, so twice the texts. null: the objective's default.",
        "- `publish.metric=recall` (`recall`, `ndcg` or `nps`)",
    ],
)
def test_a_key_has_its_default_what_it_may_be_and_what_it_means(made, line):
    assert line in made.splitlines()


def test_a_part_that_is_left_out_by_default_is_one_line(made):
    lines = [line for line in made.splitlines() if line.startswith("- `recommend.users")]
    assert len(lines) == 1
    assert lines[0].startswith("- `recommend.users=null` (mapping or null): ")


def test_a_comment_belongs_to_the_key_before_it():
    assert comments_of_keys(BASE) == {
        "likes.at_least": "a rating at or above this is a like",
        "sources": "by name",
        "sources.ease.keep": "weights # kept",
        "sources.trees": "of the ranker Of nothing that is a key.",
    }


def test_a_field_has_the_comment_above_it_in_the_words_of_yaml():
    assert comments_of_fields(FIELDS) == {
        "batch_size": "Pairs per batch. null: the objective's own."
    }


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "exclusiveMinimum": 0}, "whole number above 0"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "number from 0 up to 1"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number from 0 but below 1"),
        ({"type": "array", "items": {"type": "string"}}, "list: text"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "true or false or null"),
        ({"enum": ["a", "b", "c"]}, "`a`, `b` or `c`"),
        ({"$ref": "#/$defs/Jar"}, "mapping"),
    ],
)
def test_what_a_value_may_be_in_words(schema, said):
    assert words(schema, {"Jar": {"type": "object", "properties": {}}}) == said
