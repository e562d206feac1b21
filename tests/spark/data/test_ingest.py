"""Ingest on hand-written files in MAL 2020's form; what a store shows alone comes last."""

import csv
import io
import shutil

import pytest

from colike import columns as C
from colike.config import load_config
from colike.errors import QualityError, SchemaError
from colike.tables import IdTypes, Store
from colike.tables.ledger import Ledger

from ...histories import seen_of

CONFIG = load_config(
    "conf/mal2020.yml", ["data.max_rejected_share=0.2", "data.synopses.max_rejected_share=0.5"]
)
DATA = CONFIG.data
TABLES = ("items", "ratings", "user_history")
ITEM_COLUMNS = [DATA.items.columns.item_id, DATA.items.columns.title, *DATA.items.attributes]
RATING_COLUMNS = list(DATA.ratings.columns.model_dump(exclude={"time"}).values())
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


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def made(data, run_stage):
    """What the stage makes of the good files, without a store."""
    return run_stage("ingest", CONFIG, {}, data=data)


@pytest.fixture(scope="module")
def items(made, written):
    return {row[C.ITEM_ID]: row for row in written(made, "items").collect()}


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


def test_a_user_without_likes_has_a_history_of_what_was_seen(made, written):
    (row,) = written(made, "user_history").where("user_id = 5").collect()
    splits = ("train", "validation", "test")
    assert [row[f"likes_{split}"] for split in splits] == [[], [], []]
    assert seen_of(row, *splits) == [0, 1, 2, 3]


def test_ratings_and_histories_agree(made, written):
    index = {1: 0, 2: 1, 3: 2, 4: 3}
    expected = {}
    ratings = written(made, "ratings").collect()
    assert len(ratings) == len(RATINGS)
    for row in ratings:
        seen = expected.setdefault((row[C.USER_ID], row[C.SPLIT]), (set(), set()))
        seen[1].add(index[row[C.ITEM_ID]])
        if row[C.RATING] >= CONFIG.likes.at_least:
            seen[0].add(index[row[C.ITEM_ID]])
    for row in written(made, "user_history").collect():
        for split in ("train", "validation", "test"):
            likes, seen = expected.get((row[C.USER_ID], split), (set(), set()))
            assert row[f"likes_{split}"] == sorted(likes)
            assert seen_of(row, split) == sorted(seen)


def test_rejected_rows_alone_are_written_to_quarantine(made):
    # But for the text of an item that the item file lacks.
    assert [write.table for write in made.writes] == ["quarantine", *TABLES]
    assert len(made.notes) == 1
    assert "1 of 4 rows of " in made.notes[0]
    assert "went to quarantine (1 unknown_item)" in made.notes[0]
    assert made.figures == {
        "synopses_cut": (0.25, "share of items"),
        "rows_read": (len(RATINGS), "rows"),
        "rows_repeated": (0, "rows"),
        "likes": (sum(rating >= 9 for _, _, rating in RATINGS), "ratings"),
    }


def test_rejected_rows_of_an_earlier_try_of_the_run_go(spark, run_stage, written, tmp_path):
    rejected = [("ratings", "duplicate", "{}", run_id) for run_id in ("run-0", "run-1")]
    earlier = spark.createDataFrame(
        rejected, "table string, reason string, row string, run_id string"
    )
    data = write_data(tmp_path, synopses=text_of(SYNOPSIS_COLUMNS, SYNOPSES[:-1]))
    outputs = run_stage("ingest", CONFIG, {}, own={"quarantine": earlier}, data=data)
    (first, *_) = outputs.writes
    assert (first.table, first.how, first.where) == ("quarantine", "replace", {"run_id": ["run-1"]})
    assert written(outputs, "quarantine").isEmpty()


MISSING = {
    "of the ratings": (
        {"ratings": text_of(["user_id", "anime", "rating"], RATINGS)},
        ["rating_complete.csv has no column anime_id; it has user_id, anime, rating."],
    ),
    "of the items": (
        {"items": text_of(["MAL_ID", "Title"], [(1, "A")])},
        ["anime.csv has no column Name, Genres, ", "it has MAL_ID, Title.", "Mend the file"],
    ),
    "of the synopses": (
        {"synopses": text_of(["MAL_ID", "synopsis"], SYNOPSES)},
        ["anime_with_synopsis.csv has no column sypnopsis; it has MAL_ID, synopsis."],
    ),
}


@pytest.mark.parametrize("name", sorted(MISSING))
def test_a_missing_column_is_named_in_one_sentence(run_stage, tmp_path, name):
    changed, says = MISSING[name]
    with pytest.raises(SchemaError) as raised:
        run_stage("ingest", CONFIG, {}, data=write_data(tmp_path, **changed))
    text = str(raised.value)
    assert "\n" not in text
    for part in says:
        assert part in text


# What follows needs a store: what is written, and what stays as it was.


def pins(store):
    return {table: str(pin) for table, pin in Ledger.read(store, TABLES, {}).pins(TABLES).items()}


@pytest.fixture(scope="module")
def store(spark, data, run_jobs, tmp_path_factory):
    ids = IdTypes("bigint", "bigint")
    opened = Store.open(spark, str(tmp_path_factory.mktemp("ingested")), ids)
    assert run_jobs(CONFIG, opened, ["ingest"], data) == ["ingest"]
    return opened


def test_the_same_files_again_are_no_work_and_other_order_is_no_change(
    store, data, run_jobs, tmp_path
):
    before = pins(store)
    assert set(before) == set(TABLES)
    assert run_jobs(CONFIG, store, ["ingest"], data, "run-2") == []

    turned = write_data(
        tmp_path,
        items=text_of(ITEM_COLUMNS, ITEMS[::-1]),
        ratings=text_of(RATING_COLUMNS, RATINGS[::-1]),
    )
    assert run_jobs(CONFIG, store, ["ingest"], turned, "run-3") == ["ingest"]
    assert pins(store) == before


def test_too_many_bad_rows_fill_quarantine_and_change_no_other_table(store, run_jobs, tmp_path):
    before = pins(store)
    rows = [*RATINGS, *([7, 1, "abc"], [7, 2, 11]) * 6]
    bad = write_data(tmp_path, ratings=text_of(RATING_COLUMNS, rows))
    with pytest.raises(QualityError, match="12 of 52 rows were rejected") as raised:
        run_jobs(CONFIG, store, ["ingest"], bad, "bad")
    assert pins(store) == before
    rejected = store.read("quarantine").where("run_id = 'bad' AND table = 'ratings'")
    rejected = rejected.groupBy("run_id", "table", "reason").count().collect()
    assert sorted(map(tuple, rejected)) == [
        ("bad", "ratings", "rating_not_a_number", 6),
        ("bad", "ratings", "rating_out_of_scale", 6),
    ]
    (failed,) = store.read("runs").where("run_id = 'bad' AND event = 'failed'").collect()
    assert failed["job"] == "ingest"
    assert str(raised.value)[:100] in failed["error"]


def test_new_and_removed_items_change_only_what_they_must(store, spark, run_jobs, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(store.location.root, folder)
    copy = Store.open(spark, str(folder), store.ids)
    before = copy.read("user_history").count()
    # Item 0 comes before all others by id, and item 2 is gone: its 10 ratings are rejected.
    changed = [item(0, "New", Genres="Drama"), ITEMS[0], ITEMS[2], ITEMS[3]]
    data = write_data(
        tmp_path / "data",
        items=text_of(ITEM_COLUMNS, changed),
        ratings=text_of(RATING_COLUMNS, [*RATINGS, *((user, 0, 9) for user in range(11, 31))]),
    )
    assert run_jobs(CONFIG, copy, ["ingest"], data, "run-4") == ["ingest"]
    index = {row[C.ITEM_ID]: row[C.ITEM_IDX] for row in copy.read("items").collect()}
    assert index == {1: 0, 3: 1, 4: 2, 0: 3}, "in the order they had, dense, the new one last"
    rejected = copy.read("quarantine").where("run_id = 'run-4' AND table = 'ratings'").collect()
    assert {(row[C.TABLE], row[C.REASON]) for row in rejected} == {("ratings", "unknown_item")}
    assert len(rejected) == 10
    histories = copy.read("user_history").collect()
    assert len(histories) == before + 20
    assert {at for row in histories for at in seen_of(row, "train")} <= set(range(4))
    # Item 1 and its ratings are as they were.
    for table in ("items", "ratings"):
        (run_id,) = copy.read(table).where("item_id = 1").select("run_id").distinct().collect()
        assert run_id[0] == "run-1"
