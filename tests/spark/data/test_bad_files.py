"""Files that cannot be used, and rows that are rejected: what the user is told."""

import json

import pytest
from pyspark.sql import DataFrame

from colike import columns as C
from colike.config import load_config
from colike.data.items import check_items, check_synopses, read_items, read_synopses
from colike.data.quality import judge

DATA = load_config("conf/mal2020.yml", ["data.items.attributes=[]", "embed.tags=null"]).data
ID, TITLE = DATA.items.columns.item_id, DATA.items.columns.title
REJECTED = "reason string, row string, file string, line bigint"


@pytest.fixture(scope="module")
def rejected(spark):
    """Eight rejected rows of a file, of two reasons."""
    rows = [
        ("rating_not_a_number", f'{{"rating":"abc{number}"}}', "ratings.csv", 2 + number)
        for number in range(5)
    ]
    rows += [("rating_out_of_scale", '{"rating":"11"}', "ratings.csv", 9)] * 3
    return spark.createDataFrame(rows, REJECTED).cache()


def test_rejected_rows_are_a_note_up_to_the_share_that_the_config_allows(rejected):
    verdict = judge("ratings.csv", 40, rejected, 0.2)
    assert (verdict.rejected, verdict.failure) == (8, None)
    assert verdict.notes == [
        "8 of 40 rows of ratings.csv went to quarantine (5 rating_not_a_number, "
        "3 rating_out_of_scale)"
    ]


def test_beyond_that_share_one_sentence_says_how_many_why_where_and_what_to_do(rejected):
    verdict = judge("ratings.csv", 39, rejected, 0.2)
    assert str(verdict.failure) == (
        "ratings.csv: 8 of 39 rows were rejected (5 rating_not_a_number, 3 rating_out_of_scale), "
        "more than max_rejected_share = 0.2 allows; one is rating_not_a_number in line 2 of "
        'ratings.csv: {"rating":"abc0"}. List marks of `seen, not rated` in data.ratings.unrated '
        "(null is an empty field). Or mend the file or raise the share; the rows are in table "
        "quarantine, and no other table was changed."
    )


def test_a_file_without_rejected_rows_has_nothing_to_say(rejected):
    verdict = judge("ratings.csv", 40, rejected.limit(0), 0.0)
    assert (verdict.rejected, verdict.notes, verdict.failure) == (0, (), None)


# Id and title as the file has them, the reason it is rejected for (None: it is kept), and why.
ITEMS = [
    ("1", "Two  spaces\n", None, "a plain title"),
    ("2", "B", None, "of two rows with one id the first by title"),
    ("2", "C", "duplicate", "and the other"),
    ("", "No id", "bad_item_id", "no id"),
    ("x", "A word", "bad_item_id", "a word where ids are numbers"),
    ("3", " \u200b ", "no_title", "a title of what nobody sees"),
    ("4", "", "no_title", "no title"),
]
# Id and text, and the reason; of item 2 the table above has a row.
TEXTS = [
    ("1.0", "A  story.", None, "pandas wrote the id as a float"),
    ("2", "", "duplicate", "no text beside a text"),
    ("2", "Another.", None, "the text that stays"),
    ("77", "Of nobody.", "unknown_item", "no such item"),
    ("x", "Of what?", "bad_item_id", "no id"),
]


def write(path, header, rows):
    quoted = [",".join(f'"{value}"' for value in row) for row in rows]
    path.write_text("\n".join([header, *quoted]), "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def items(spark, tmp_path_factory):
    path = tmp_path_factory.mktemp("items") / "items.csv"
    raw = read_items(
        spark, write(path, f"{ID},{TITLE}", [row[:2] for row in ITEMS[::-1]]), DATA.items, "bigint"
    )
    return check_items(raw, DATA.items, DataFrame.cache)


def test_every_item_is_kept_or_rejected_for_its_reason(items):
    kept = {(row[C.ITEM_ID], row[C.TITLE]): row[C.ATTRIBUTES] for row in items.valid.collect()}
    assert kept == {(1, "Two spaces"): {}, (2, "B"): {}}
    rejected = items.rejected.collect()
    found = {(row[C.REASON], json.loads(row[C.ROW]).get(TITLE, "")) for row in rejected}
    assert found == {(reason, title) for _, title, reason, _ in ITEMS if reason}
    assert len(kept) + len(rejected) == len(ITEMS)
    # The title with a line break takes two lines, the last ones of the file.
    assert sorted(row[C.LINE] for row in rejected) == [2, 3, 4, 5, 6]


def test_every_text_is_joined_or_rejected_for_its_reason(spark, items, tmp_path):
    header = ",".join(DATA.synopses.columns.model_dump().values())
    path = write(tmp_path / "texts.csv", header, [row[:2] for row in TEXTS])
    raw = read_synopses(spark, path, DATA.synopses, "bigint")
    checked = check_synopses(raw, DATA.synopses, items.valid, DataFrame.cache)
    assert {row[C.ITEM_ID]: row[C.SYNOPSIS] for row in checked.valid.collect()} == {
        1: "A story.",
        2: "Another.",
    }
    assert sorted(row[C.REASON] for row in checked.rejected.collect()) == [
        "bad_item_id",
        "duplicate",
        "unknown_item",
    ]
