"""Ingest on hand-written files in MAL 2020's form: good ones, then every kind of bad one."""

import csv
import io
import shutil

import pytest

from colike import columns as C
from colike.config import load_config
from colike.data.files import input_path, read_raw
from colike.errors import ConfigError, QualityError, SchemaError
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.tables import IdTypes, Store

CONFIG = load_config("mal2020.yml", ["data.max_rejected_share=0.2"])
DATA = CONFIG.data
TABLES = ("items", "ratings", "user_history")
ITEM_COLUMNS = [DATA.items.columns.item_id, DATA.items.columns.title, *DATA.items.attributes]
RATING_COLUMNS = list(DATA.ratings.columns.model_dump().values())
SYNOPSIS_COLUMNS = list(DATA.synopses.columns.model_dump().values())


def item(item_id, title, **attributes):
    return [item_id, title, *(attributes.get(name, "Unknown") for name in DATA.items.attributes)]


ITEMS = [
    # Quotes, a comma and a line break in a title.
    item(1, 'The "Great"\n Pokémon, Part 1', Type="TV", Genres="Action, Kids", Episodes="12"),
    item(2, "  Two  spaces ", Type="Movie", Genres="Drama"),
    # Every attribute is missing, and there is no synopsis row.
    item(3, "Bare"),
    item(4, "Texts", Type="OVA", Genres="Sci-Fi"),
]
SYNOPSES = [
    (1, 'He said: "Go",\r\nand went.'),
    # MAL's words for no text.
    (2, "No synopsis information has been added to this title."),
    # Longer than the limit: cut, and the genres still follow.
    (4, " ".join(f"word{i}" for i in range(100))),
    # Of an item that the item file lacks.
    (99, "Nobody knows this title."),
]
# Users 0 to 9 rate every item; user 5 likes nothing.
RATINGS = [
    (user, item_id, 3 if user == 5 else 5 + (user + item_id) % 6)
    for user in range(10)
    for item_id in (1, 2, 3, 4)
]


def text_of(header, rows):
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue()


def write_data(folder, **changed):
    """Writes the three files, with a byte order mark each; a changed one is given as text."""
    texts = {
        "items": text_of(ITEM_COLUMNS, ITEMS),
        "synopses": text_of(SYNOPSIS_COLUMNS, SYNOPSES),
        "ratings": text_of(RATING_COLUMNS, RATINGS),
        **changed,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / getattr(DATA, name).path
        path.write_bytes(("\ufeff" + text if text else text).encode("utf-8"))
    return folder


def ingest(store, data, run_id="run-1"):
    return run_jobs(Run(CONFIG, store, run_id, str(data), PlainReporter(io.StringIO())), ["ingest"])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def store(spark, data, tmp_path_factory):
    opened = Store.open(
        spark, str(tmp_path_factory.mktemp("ingested")), IdTypes("bigint", "bigint")
    )
    assert ingest(opened, data) == ["ingest"]
    return opened


@pytest.fixture(scope="module")
def items(store):
    return {row[C.ITEM_ID]: row for row in store.read("items").collect()}


def test_a_title_with_quotes_line_break_accent_and_byte_order_mark_is_read(items):
    assert items[1][C.TITLE] == 'The "Great" Pokémon, Part 1'
    assert items[2][C.TITLE] == "Two spaces"
    assert [items[i][C.ITEM_IDX] for i in (1, 2, 3, 4)] == [0, 1, 2, 3]


def test_attributes_leave_out_what_is_missing(items):
    assert items[1][C.ATTRIBUTES] == {"Type": "TV", "Genres": "Action, Kids", "Episodes": "12"}
    assert items[3][C.ATTRIBUTES] == {}


def test_descriptions_are_made_of_what_there_is(items):
    assert items[1][C.DESCRIPTION] == (
        'The "Great" Pokémon, Part 1 is a TV. It has 12 episodes. He said: "Go", and went. '
        "Its genres are Action, Kids."
    )
    assert items[2][C.DESCRIPTION] == "Two spaces is a Movie. Its genres are Drama."
    assert items[3][C.DESCRIPTION] == "Bare is a title."
    words = CONFIG.descriptions.max_synopsis_words
    assert items[4][C.DESCRIPTION].endswith(f"word{words - 1} Its genres are Sci-Fi.")
    assert {i: row["synopsis_cut"] for i, row in items.items()} == {
        1: False,
        2: False,
        3: False,
        4: True,
    }


def test_an_item_without_text_and_one_without_a_row_are_told_apart(items):
    assert items[2][C.SYNOPSIS] == ""
    assert items[3][C.SYNOPSIS] is None
    assert set(items) == {1, 2, 3, 4}


def test_a_user_without_likes_has_a_history_of_what_was_seen(store):
    (row,) = store.read("user_history").where("user_id = 5").collect()
    splits = ("train", "validation", "test")
    assert [row[f"likes_{split}"] for split in splits] == [[], [], []]
    assert sorted(i for split in splits for i in row[f"seen_{split}"]) == [0, 1, 2, 3]


def test_ratings_and_histories_agree(store):
    index = {1: 0, 2: 1, 3: 2, 4: 3}
    expected = {}
    for row in store.read("ratings").collect():
        seen = expected.setdefault((row[C.USER_ID], row[C.SPLIT]), (set(), set()))
        seen[1].add(index[row[C.ITEM_ID]])
        if row[C.RATING] >= CONFIG.likes.at_least:
            seen[0].add(index[row[C.ITEM_ID]])
    assert len(store.read("ratings").collect()) == len(RATINGS)
    for row in store.read("user_history").collect():
        for split in ("train", "validation", "test"):
            likes, seen = expected.get((row[C.USER_ID], split), (set(), set()))
            assert row[f"likes_{split}"] == sorted(likes)
            assert row[f"seen_{split}"] == sorted(seen)


def test_the_same_files_again_are_no_work_and_other_order_is_no_change(store, data, tmp_path):
    before = store.versions(TABLES)
    assert ingest(store, data, "run-2") == []
    assert store.versions(TABLES) == before

    turned = write_data(
        tmp_path,
        items=text_of(ITEM_COLUMNS, ITEMS[::-1]),
        ratings=text_of(RATING_COLUMNS, RATINGS[::-1]),
    )
    assert ingest(store, turned, "run-3") == ["ingest"]
    assert store.versions(TABLES) == before


def test_new_and_removed_items_change_only_what_they_must(store, spark, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(store.location.root, folder)
    copy = Store.open(spark, str(folder), store.ids)
    # Item 0 comes before all others by id, and item 2 is gone: its 10 ratings are rejected.
    changed = [item(0, "New", Genres="Drama"), ITEMS[0], ITEMS[2], ITEMS[3]]
    data = write_data(
        tmp_path / "data",
        items=text_of(ITEM_COLUMNS, changed),
        ratings=text_of(RATING_COLUMNS, [*RATINGS, *((user, 0, 9) for user in range(11, 31))]),
    )
    assert ingest(copy, data, "run-4") == ["ingest"]
    index = {row[C.ITEM_ID]: row[C.ITEM_IDX] for row in copy.read("items").collect()}
    assert index == {1: 0, 3: 1, 4: 2, 0: 3}, "in the order they had, dense, the new one last"
    rejected = copy.read("quarantine").collect()
    assert {(row[C.TABLE], row[C.REASON]) for row in rejected} == {("ratings", "unknown_item")}
    assert len(rejected) == 10
    seen = {
        position for row in copy.read("user_history").collect() for position in row["seen_train"]
    }
    assert seen <= set(range(4))


BAD = {
    "a missing column": (
        {"ratings": text_of(["user_id", "anime", "rating"], RATINGS)},
        SchemaError,
        ["rating_complete.csv has no column anime_id; it has user_id, anime, rating."],
    ),
    "missing columns of the item file": (
        {"items": text_of(["MAL_ID", "Title"], [(1, "A")])},
        SchemaError,
        ["anime.csv has no column Name, Genres, ", "it has MAL_ID, Title.", "Mend the file"],
    ),
    "a missing column of the synopses": (
        {"synopses": text_of(["MAL_ID", "synopsis"], SYNOPSES)},
        SchemaError,
        ["anime_with_synopsis.csv has no column sypnopsis; it has MAL_ID, synopsis."],
    ),
    "an empty file": (
        {"ratings": ""},
        QualityError,
        ["rating_complete.csv has no rows; give a file with data. No table was changed."],
    ),
    "a header alone": (
        {"items": text_of(ITEM_COLUMNS, [])},
        QualityError,
        ["anime.csv has no rows"],
    ),
    "too many rows that fail": (
        {"ratings": text_of(RATING_COLUMNS, [*RATINGS, *([7, 1, "abc"], [7, 2, 11]) * 6])},
        QualityError,
        [
            "rating_complete.csv: 12 of 52 rows were rejected",
            "(6 rating_not_a_number, 6 rating_out_of_scale)",
            "more than data.max_rejected_share = 0.2 allows",
            '"rating":"abc"',
            "table quarantine, and no other table was changed.",
        ],
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_one_clear_sentence_and_leaves_the_tables(store, tmp_path, name):
    changed, kind, says = BAD[name]
    before = store.versions(TABLES)
    with pytest.raises(kind) as raised:
        ingest(store, write_data(tmp_path, **changed), f"bad {name}")
    text = str(raised.value)
    assert "\n" not in text
    for part in says:
        assert part in text
    assert store.versions(TABLES) == before
    failed = store.read("runs").where(f"run_id = 'bad {name}' AND event = 'failed'").collect()
    assert [row["job"] for row in failed] == ["ingest"]
    assert text[:100] in failed[0]["error"]


def test_a_file_that_is_not_there_is_named(spark, tmp_path):
    path = str(tmp_path / "nowhere.csv")
    with pytest.raises(
        ConfigError, match=r"Input file .*nowhere\.csv does not exist; check --data"
    ):
        read_raw(spark, path, "csv", [], multiline=False)


def test_a_relative_path_needs_a_data_folder():
    assert input_path("/data/", "ratings.csv") == "/data/ratings.csv"
    assert input_path("/data", "s3://bucket/ratings") == "s3://bucket/ratings"
    assert input_path(None, "/elsewhere/ratings.csv") == "/elsewhere/ratings.csv"
    with pytest.raises(ConfigError, match=r"ratings\.csv is relative; say where .* --data DIR"):
        input_path(None, "ratings.csv")
