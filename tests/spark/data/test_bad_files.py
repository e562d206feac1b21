"""Files that cannot be used, and rows that are rejected: what the user is told."""

import json

import pytest

from colike import columns as C
from colike.config import load_config
from colike.data.files import input_path, read_raw
from colike.data.items import check_items
from colike.data.quality import judge
from colike.errors import ConfigError, QualityError

DATA = load_config("mal2020.yml").data
ID, TITLE = DATA.items.columns.item_id, DATA.items.columns.title


def test_a_file_that_is_not_there_is_named(spark, tmp_path):
    path = str(tmp_path / "nowhere.csv")
    with pytest.raises(
        ConfigError, match=r"Input file .*nowhere\.csv does not exist; check --data"
    ):
        read_raw(spark, path, "csv", [], multiline=False)


@pytest.mark.parametrize("text", ["", "user_id,anime_id\n"], ids=["empty", "a header alone"])
@pytest.mark.parametrize("multiline", [True, False])
def test_a_file_without_rows_is_refused(spark, tmp_path, text, multiline):
    path = tmp_path / "ratings.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(QualityError) as raised:
        read_raw(spark, str(path), "csv", ["user_id", "anime_id"], multiline)
    assert str(raised.value) == f"{path} has no rows; give a file with data. No table was changed."


def test_a_relative_path_needs_a_data_folder():
    assert input_path("/data/", "ratings.csv") == "/data/ratings.csv"
    assert input_path("/data", "s3://bucket/ratings") == "s3://bucket/ratings"
    assert input_path(None, "/elsewhere/ratings.csv") == "/elsewhere/ratings.csv"
    with pytest.raises(ConfigError, match=r"ratings\.csv is relative; say where .* --data DIR"):
        input_path(None, "ratings.csv")


@pytest.fixture(scope="module")
def rejected(spark):
    """Eight rejected rows of a file, of two reasons."""
    rows = [("rating_not_a_number", f'{{"rating":"abc{number}"}}') for number in range(5)]
    rows += [("rating_out_of_scale", '{"rating":"11"}')] * 3
    return spark.createDataFrame(rows, "reason string, row string").cache()


def test_rejected_rows_are_a_note_up_to_the_share_that_the_config_allows(rejected):
    verdict = judge("ratings.csv", 40, rejected, 0.2)
    assert (verdict.rejected, verdict.failure) == (8, None)
    assert verdict.notes == ["8 of 40 rows of ratings.csv went to quarantine"]


def test_beyond_that_share_one_sentence_says_how_many_why_and_what_to_do(rejected):
    verdict = judge("ratings.csv", 39, rejected, 0.2)
    assert str(verdict.failure) == (
        "ratings.csv: 8 of 39 rows were rejected (5 rating_not_a_number, 3 rating_out_of_scale), "
        "more than data.max_rejected_share = 0.2 allows; one is rating_not_a_number: "
        '{"rating":"abc0"}. Mend the file or raise the share; the rows are in table quarantine, '
        "and no other table was changed."
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
    ("4", None, "no_title", "no title"),
]


def test_every_item_is_kept_or_rejected_for_its_reason(spark):
    names = [ID, TITLE, *DATA.items.attributes]
    rows = [(item, title, *("Unknown" for _ in names[2:])) for item, title, *_ in ITEMS]
    schema = ", ".join(f"`{name}` string" for name in names)
    checked = check_items(spark.createDataFrame(rows[::-1], schema), DATA.items, "bigint")
    kept = {(row[C.ITEM_ID], row[C.TITLE]): row[C.ATTRIBUTES] for row in checked.valid.collect()}
    assert kept == {(1, "Two spaces"): {}, (2, "B"): {}}
    rejected = checked.rejected.collect()
    found = {(row[C.REASON], json.loads(row[C.ROW]).get(TITLE)) for row in rejected}
    assert found == {(reason, title) for _, title, reason, _ in ITEMS if reason}
    assert len(kept) + len(rejected) == len(ITEMS)
    assert {row[C.TABLE] for row in rejected} == {"items"}
