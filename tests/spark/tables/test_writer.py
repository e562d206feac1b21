"""What each write of a job does to a table, and what it leaves alone."""

import time

import pytest
from deltalake import DeltaTable
from pyspark.sql import functions as F

from colike.errors import QualityError, StoreError
from colike.tables import IdTypes, Store, contracts
from colike.tables.ledger import Ledger
from colike.tables.state import Pin, TableState
from colike.tables.writer import Writer
from colike.tables.writes import (
    append,
    keep,
    merge,
    optimize,
    overwrite,
    prune,
    replace,
    trim,
    vacuum,
)

from .neighbour_rows import FIRST, OTHER, SECOND, TABLE, neighbours

ITEMS = (
    "item_id string, item_idx int, title string, attributes map<string,string>, synopsis string, "
    "description string, synopsis_cut boolean, content_hash string"
)


@pytest.fixture(scope="module")
def store(spark, tmp_path_factory):
    return Store.open(spark, str(tmp_path_factory.mktemp("store")), IdTypes("bigint", "string"))


@pytest.fixture
def written(store, write):
    """The rows FIRST, SECOND and OTHER in the table; returns its pin."""
    return write(store, overwrite(TABLE, neighbours(store, FIRST, SECOND, OTHER))).pins[TABLE]


def rows_of(frame):
    return sorted(tuple(row) for row in frame.drop("run_id").collect())


def newest(store):
    return Ledger.read(store, [TABLE], {}).states[TABLE].newest


def item(item_id, index, attributes, title="T", synopsis="text"):
    return (item_id, index, title, attributes, synopsis, "T. text", False, "hash")


def told(writer):
    """Rows and failed of each check."""
    return {check: (one.rows, one.failed) for (_, check), one in writer.checks.items()}


def write_replacing(table, frame):
    return replace(table, frame, {"source": ["jaccard"]})


def test_overwrite_append_and_replace_make_one_version_each(store, write, written):
    writer = write(
        store,
        overwrite(TABLE, neighbours(store, FIRST)),
        append(TABLE, neighbours(store, OTHER)),
        replace(TABLE, neighbours(store, SECOND), {"source": ["jaccard"]}),
        run_id="run-2",
    )
    assert writer.pins[TABLE].place == Pin(written.table_id, written.version + 3).place
    assert writer.ledger.pin(TABLE) == writer.pins[TABLE], "so later jobs need not look it up"
    assert writer.rows[TABLE] == 3, "every row that was written, added up; none that was replaced"

    versions = [rows_of(store.read(TABLE, written.version + back)) for back in range(4)]
    assert versions == [
        sorted([FIRST, SECOND, OTHER]),
        [FIRST],
        sorted([FIRST, OTHER]),
        sorted([SECOND, OTHER]),
    ]
    assert rows_of(store.read(TABLE)) == versions[-1]
    assert {row["run_id"] for row in store.read(TABLE).collect()} == {"run-2"}

    # The same rows without Spark and without colike.
    table = DeltaTable(f"{store.location.root}/tables/{TABLE}")
    assert table.version() == writer.pins[TABLE].version
    found = sorted(tuple(row.values()) for row in table.to_pandas().to_dict("records"))
    assert found == sorted([(*SECOND, "run-2"), (*OTHER, "run-2")])
    assert table.metadata().description == contracts()[TABLE].description


@pytest.mark.parametrize(
    ("write_of", "broken", "says"),
    [
        (
            overwrite,
            ("jaccard", "a", 0, "b", 0.5),
            'check rank_from_one fails for 1 of 2 rows, such as {"source":"jaccard","item_id":"a",'
            '"rank":0}.',
        ),
        (append, ("jaccard", None, 1, "b", 0.5), '"item_id":null,"rank":1}.'),
        (append, (None, "a", 1, "b", 0.5), "NOT NULL constraint violated for column: source"),
        (
            append,
            ("jaccard", "a", -1, "a", float("nan")),
            "check rank_from_one fails for 1 of 2 rows, check not_itself fails for 1 of 2 rows, "
            "check weight_is_finite fails for 1 of 2 rows, such as",
        ),
        (write_replacing, ("jaccard", "a", 1, "b", float("inf")), "check weight_is_finite fails"),
    ],
)
def test_a_row_that_breaks_the_contract_leaves_the_last_version(
    store, write, write_of, broken, says
):
    if not store.exists(TABLE):
        write(store, overwrite(TABLE, neighbours(store, FIRST)))
    before, kept = newest(store), rows_of(store.read(TABLE))
    with pytest.raises(QualityError) as raised:
        write(store, write_of(TABLE, neighbours(store, SECOND, broken)))
    text = str(raised.value)
    assert text.startswith("Rows for table item_neighbours break its contract")
    assert "conf/tables/item_neighbours.yml" in text
    assert says in text
    assert text.endswith("The table keeps its last version.")
    assert "\n" not in text
    assert newest(store) == before
    assert rows_of(store.read(TABLE)) == kept


def test_a_merge_touches_only_rows_that_differ_and_makes_no_version_when_none_does(store, write):
    def merged(rows, run_id):
        frame = rows if hasattr(rows, "columns") else store.spark.createDataFrame(rows, ITEMS)
        return write(store, merge("items", frame), run_id=run_id)

    rows = [item("a", 0, {"Type": "TV", "Genres": "Action"}), item("b", 1, {}), item("c", 2, {})]
    first = merged(rows, "run-1").pins["items"]

    # Other order of rows, and of the entries in each map.
    turned = F.map_from_entries(F.reverse(F.map_entries("attributes")))
    same = store.spark.createDataFrame(rows[::-1], ITEMS).withColumn("attributes", turned)
    again = merged(same, "run-2")
    assert (again.pins["items"], again.rows["items"]) == (first, 0)

    # One value of a map, one value that becomes null, a row that goes and one that comes.
    changed = [
        item("a", 0, {"Type": "TV", "Genres": "Drama"}),
        (*rows[1][:4], None, *rows[1][5:]),
        item("d", 2, {}),
    ]
    third = merged(changed, "run-3")
    assert third.pins["items"].version == first.version + 1
    assert third.rows["items"] == 4, "two updated, one deleted, one inserted"
    now = {row["item_id"]: row for row in store.read("items").collect()}
    assert set(now) == {"a", "b", "d"}
    assert now["a"]["attributes"] == {"Type": "TV", "Genres": "Drama"}
    assert now["b"]["synopsis"] is None

    # Rows that did not differ keep the run that wrote them.
    assert merged([*changed[:2], item("d", 2, {}, "U")], "run-4").rows["items"] == 1
    runs = {row["item_id"]: row["run_id"] for row in store.read("items").collect()}
    assert runs == {"a": "run-3", "b": "run-3", "d": "run-4"}


def test_the_rows_of_all_writes_are_counted_by_check_zeros_too(store, write):
    writer = write(
        store,
        overwrite(TABLE, neighbours(store, FIRST, SECOND)),
        append(TABLE, neighbours(store, OTHER)),
        replace(TABLE, neighbours(store), {"source": ["jaccard"]}),
    )
    checks = [check.name for check in contracts()[TABLE].checks]
    assert told(writer) == dict.fromkeys(checks, (3, 0))
    assert writer.notes() == []


def test_a_merge_counts_all_rows_that_the_table_should_have_and_warns_of_odd_ones(
    spark, tmp_path, write
):
    there = Store.open(spark, str(tmp_path), IdTypes("bigint", "string"))

    def merged(rows, run_id):
        return write(there, merge("items", spark.createDataFrame(rows, ITEMS)), run_id=run_id)

    first = [item("a", 0, {}, synopsis=""), item("b", 1, {}), item("c", 2, {}, synopsis="")]
    changed = [*first[:2], item("c", 2, {})]
    for rows, run_id, failed in ((first, "made", 2), (first, "same", 2), (changed, "other", 1)):
        writer = merged(rows, run_id)
        assert told(writer) == {
            "item_idx_not_negative": (3, 0),
            "has_title": (3, 0),
            "has_description": (3, 0),
            "synopsis_has_text": (3, failed),
        }
        (note,) = writer.notes()
        assert note.startswith(f"warning: {failed} of 3 rows for table items")
    assert there.read("items").where("synopsis = ''").count() == 1, "odd rows are written"

    with pytest.raises(QualityError, match=r'check has_title fails for 1 of 3 rows.*"item_id":"b"'):
        merged([changed[0], item("b", 1, {}, title=""), changed[2]], "wrong")
    assert {row["title"] for row in there.read("items").collect()} == {"T"}


def test_a_writer_keeps_the_counts_of_rows_that_were_refused(store):
    writer = Writer(Ledger.read(store, [TABLE], {}), "run-1", [TABLE])
    with pytest.raises(QualityError):
        writer.apply([overwrite(TABLE, neighbours(store, FIRST, (*FIRST[:2], 0, *FIRST[3:])))])
    assert told(writer)["rank_from_one"] == (2, 1)
    assert told(writer)["not_itself"] == (2, 0)


def test_a_table_that_is_kept_has_a_pin_and_no_new_version(store, write, written):
    writer = write(store, keep(TABLE), keep("quarantine"))
    assert writer.pins[TABLE] == written
    assert writer.rows == {TABLE: 0, "quarantine": 0}
    assert newest(store) == written.version
    assert store.read("quarantine").isEmpty(), "it did not exist, and is created"


def test_a_trim_deletes_the_rows_that_have_other_values(store, write, written):
    quoted = ("x' OR '1'='1", "a", 1, "b", 0.5)
    write(store, append(TABLE, neighbours(store, quoted)))
    writer = write(store, trim(TABLE, {"source": ["base", quoted[0]]}))
    assert rows_of(store.read(TABLE)) == sorted([OTHER, quoted]), "a quote ends no value"
    assert writer.pins[TABLE].version == written.version + 2
    assert writer.rows[TABLE] == 2, "rows deleted"

    write(store, replace(TABLE, neighbours(store, quoted), {"source": [quoted[0]]}))
    assert rows_of(store.read(TABLE)) == sorted([OTHER, quoted])


def test_pruning_a_log_deletes_rows_and_leaves_its_pin(store, write, written):
    writer = write(store, prune(TABLE, {"source": ["base"]}))
    assert writer.pins == {}
    assert writer.ledger.states[TABLE].pin == written
    assert {row["source"] for row in store.read(TABLE).collect()} == {"base"}


def test_a_trim_without_anything_to_delete_makes_no_version(store, write, written):
    writer = write(store, trim(TABLE, {"source": ["base", "jaccard"]}), trim("ratings", {}))
    assert writer.pins == {TABLE: written}
    assert newest(store) == written.version
    assert not store.exists("ratings"), "a table that is not there has no rows to delete"


def test_compacting_a_table_leaves_its_rows_and_its_pin(store, write, written):
    write(store, append(TABLE, neighbours(store, ("base", "b", 1, "c", 0.9))))
    before, pin = rows_of(store.read(TABLE)), Ledger.read(store, [TABLE], {}).pin(TABLE)
    files = len(store.read(TABLE).inputFiles())
    write(store, optimize(TABLE), optimize("ratings"))
    state = Ledger.read(store, [TABLE], {}).states[TABLE]
    assert (state.pin, state.newest) == (pin, pin.version + 1)
    assert len(store.read(TABLE).inputFiles()) < files
    assert rows_of(store.read(TABLE)) == before


@pytest.mark.parametrize(
    ("replaced_hours_ago", "is_vacuumed"), [(169, True), (167, False), (None, False)]
)
def test_files_are_looked_for_only_where_a_replaced_version_is_old_enough(
    store, write, said, replaced_hours_ago, is_vacuumed
):
    if not store.exists(TABLE):
        write(store, overwrite(TABLE, neighbours(store, FIRST)))
    ago = replaced_hours_ago
    replaced_at = None if ago is None else time.time() - ago * 3600
    ledger = Ledger(store, {TABLE: TableState(Pin("id", 1), 1, replaced_at)})
    said.clear()
    Writer(ledger, "run-1", ()).apply([vacuum(TABLE, 168), vacuum("ratings", 168)])
    name = store.location.identifier(TABLE)
    assert said == ([f"VACUUM {name} RETAIN 168 HOURS"] if is_vacuumed else [])
    assert ledger.pin(TABLE) == Pin("id", 1)


@pytest.mark.parametrize("write_of", [append, merge, overwrite])
def test_a_job_writes_only_the_tables_that_it_declares(store, write_of):
    writer = Writer(Ledger(store), "run-1", ("items", "ratings"))
    says = r"declares the tables it writes \(items, ratings\), and models is not among them"
    for refused in (write_of("models", store.empty("models")), keep("models"), trim("models", {})):
        with pytest.raises(StoreError, match=says):
            writer.apply([refused])
    assert not store.exists("models")
