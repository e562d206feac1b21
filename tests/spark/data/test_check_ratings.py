import json
from collections import defaultdict

import pytest

from colike import columns as C
from colike.config import load_config
from colike.data.files import read_raw
from colike.data.ratings import checked_ratings, mark_ratings, survey, unique_ratings

CONFIG = load_config("mal2020.yml")
DATA = CONFIG.data
NAMES = list(DATA.ratings.columns.model_dump().values())
ITEMS = (1, 2, 3, 4)

# user, item and rating as the file has them; the reason it is rejected for (None: it is kept);
# and why the row exists.
ROWS = [
    ("1", "1", "9", None, "a plain rating"),
    ("1", "2", "1", None, "the lowest of the scale"),
    ("1", "3", "10", None, "the highest of the scale"),
    (" 2 ", " 1 ", " 8 ", None, "blanks around numbers, as spreadsheets leave them"),
    ("2", "2", "7.5", None, "a fraction within the scale"),
    ("3", "1", "abc", "rating_not_a_number", "a word"),
    ("3", "2", "", "rating_not_a_number", "no rating"),
    ("3", "3", "NaN", "rating_not_a_number", "Spark reads it as a number, which it is not"),
    ("3", "4", "9,5", "rating_not_a_number", "a decimal comma, quoted in the file"),
    ("4", "1", "11", "rating_out_of_scale", "above the scale"),
    ("4", "2", "0", "rating_out_of_scale", "below the scale: MAL's `not rated`"),
    ("4", "3", "-9", "rating_out_of_scale", "a sign too much"),
    ("4", "4", "Infinity", "rating_out_of_scale", "a number that is no rating"),
    ("", "1", "9", "bad_user_id", "no user"),
    ("   ", "2", "9", "bad_user_id", "a user of blanks"),
    ("x7", "3", "9", "bad_user_id", "a word where ids are numbers"),
    ("5", "", "9", "bad_item_id", "no item"),
    ("5", "99999999999999999999", "9", "bad_item_id", "an id beyond bigint"),
    ("5", "99", "9", "unknown_item", "an item that the item file lacks"),
    ("5", "1.5", "9", "bad_item_id", "a fraction where ids are whole numbers"),
    ("6", "1", "10", "duplicate", "the same pair again with another value: a like"),
    ("6", "1", "4", None, "the lower one stands, since a like must be sure"),
    ("6", "2", "8", None, "the same pair again with the same value"),
    ("6", "2", "8", "duplicate", "its copy"),
    ("6", "3", "abc", "rating_not_a_number", "a broken row of a pair ..."),
    ("6", "3", "7", None, "... leaves its good row alone"),
    ("", "", "", "bad_user_id", "nothing but commas: the first reason counts"),
]


def check(raw, items, data):
    marked = mark_ratings(raw, items, data)
    seen = survey(marked)
    return checked_ratings(marked, seen, unique_ratings(marked, seen, CONFIG.split).cache())


@pytest.fixture(scope="module")
def checked(spark, tmp_path_factory):
    path = tmp_path_factory.mktemp("ratings") / "ratings.csv"
    lines = [",".join(NAMES), *(f'{user},{item},"{rating}"' for user, item, rating, *_ in ROWS)]
    # The last line ends too early: the missing fields are empty ones.
    path.write_text("\n".join([*lines, "7"]) + "\n", "utf-8")
    raw = read_raw(spark, str(path), "csv", NAMES, multiline=False)
    items = spark.createDataFrame([(item,) for item in ITEMS], "item_id bigint")
    return check(raw, items, DATA)


@pytest.fixture(scope="module")
def rejected(checked):
    return checked.rejected.collect()


def test_ratings_that_pass_are_kept_as_numbers_once_each(checked):
    kept = {(row[C.USER_ID], row[C.ITEM_ID]): row[C.RATING] for row in checked.valid.collect()}
    expected = {
        (int(user), int(item)): float(rating)
        for user, item, rating, reason, _ in ROWS
        if reason is None
    }
    assert kept == expected
    types = {field.name: field.dataType.simpleString() for field in checked.valid.schema}
    assert types == {
        "user_id": "bigint",
        "item_id": "bigint",
        "rating": "float",
        "split": "string",
    }
    assert checked.valid.count() == len(expected)


def test_every_other_row_is_rejected_for_its_reason(rejected):
    found = defaultdict(list)
    for row in rejected:
        assert row[C.TABLE] == "ratings"
        found[row[C.REASON]].append(json.loads(row[C.ROW]))
    expected = defaultdict(list)
    for user, item, rating, reason, _ in ROWS:
        if reason not in (None, "duplicate"):
            values = zip(NAMES, (user, item, rating), strict=True)
            expected[reason].append({name: value for name, value in values if value})
    expected["bad_item_id"].append({NAMES[0]: "7"})
    duplicates = found.pop("duplicate")

    def in_order(rows):
        return sorted(json.dumps(row, sort_keys=True) for row in rows)

    assert {reason: in_order(rows) for reason, rows in found.items()} == {
        reason: in_order(rows) for reason, rows in expected.items()
    }
    assert in_order(duplicates) == in_order(
        [
            {"user_id": 6, "item_id": 1, "kept": 4.0, "copy": 2},
            {"user_id": 6, "item_id": 2, "kept": 8.0, "copy": 2},
        ]
    )


def test_no_row_is_lost_and_none_counted_twice(checked, rejected):
    assert checked.valid.count() + len(rejected) == len(ROWS) + 1


def test_a_survey_counts_rows_rejected_rows_and_the_users_of_valid_ones(spark):
    rows = [("1", "1", "9"), ("1", "2", "9"), ("2", "1", "abc"), ("3", "1", "1"), ("", "1", "9")]
    raw = spark.createDataFrame(rows, ", ".join(f"{name} string" for name in NAMES))
    items = spark.createDataFrame([(item,) for item in ITEMS], "item_id bigint")
    seen = survey(mark_ratings(raw, items, DATA))
    assert (seen.rows, seen.rejected, seen.users) == (5, 2, 2)
    nothing = survey(mark_ratings(raw.limit(0), items, DATA))
    assert (nothing.rows, nothing.rejected, nothing.users) == (0, 0, 0)


def test_ids_as_text_are_kept_as_they_are_without_the_blanks_around_them(spark):
    data = DATA.model_copy(update={"user_id_type": "string", "item_id_type": "string"})
    rows = [(" Zoë ", "tt 01", "9"), ("007", "tt 01", "9"), ("7", "tt 01", "9"), ("", "tt 01", "9")]
    raw = spark.createDataFrame(rows, ", ".join(f"{name} string" for name in NAMES))
    items = spark.createDataFrame([("tt 01",)], "item_id string")
    checked = check(raw, items, data)
    assert {row[C.USER_ID] for row in checked.valid.collect()} == {"Zoë", "007", "7"}
    assert [row[C.REASON] for row in checked.rejected.collect()] == ["bad_user_id"]
