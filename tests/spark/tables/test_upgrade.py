"""A table that an earlier release made is brought into the form of its contract, rows included."""

import pytest

from colike.errors import QualityError
from colike.tables import IdTypes, Store, contracts
from colike.tables.ledger import Ledger
from colike.tables.rewriting import rewrite
from colike.tables.upgrade import upgraded
from colike.tables.writer import Writer
from colike.tables.writes import merge, overwrite

OLD_RUN = "'first' AS run_id, 'ingest' AS job, 'succeeded' AS event, current_timestamp() AS at"


def test_an_old_log_keeps_its_rows_and_gets_the_columns_of_today(spark, tmp_path):
    store = Store.open(spark, str(tmp_path), IdTypes("bigint", "bigint"))
    old = spark.sql(f"SELECT {OLD_RUN}, map('items', 3L) AS versions_out")
    old.write.format("delta").save(str(tmp_path / "tables" / "runs"))
    assert upgraded(store, "runs")
    runs = store.read("runs")
    assert runs.columns == [column.name for column in contracts()["runs"].columns]
    assert [(row["run_id"], row["job"], row["entry"]) for row in runs.collect()] == [
        ("first", "ingest", None)
    ]
    assert not upgraded(store, "runs")


TABLE = "item_neighbours"
NEIGHBOURS = "source string, item_id bigint, rank int, neighbour_id bigint, weight double"
WANTED = {name: sql.replace(" ", "") for name, sql in contracts()[TABLE].constraints.items()}
GOOD, BAD = ("base", 1, 1, 2, 0.5), ("base", 2, 0, 1, 0.5)


@pytest.fixture
def old_store(spark, tmp_path):
    """A store whose table has one constraint of its contract, and one that the contract lost."""
    store = Store.open(spark, str(tmp_path / "store"), IdTypes("bigint", "bigint"))
    store.create(TABLE)
    name = store.location.identifier(TABLE)
    for check in ("rank_from_one", "weight_is_finite"):
        spark.sql(f"ALTER TABLE {name} DROP CONSTRAINT {check}")
    spark.sql(f"ALTER TABLE {name} ADD CONSTRAINT weight_is_finite CHECK (weight < 1)")
    return store


def neighbours(store, *rows):
    return store.spark.createDataFrame(list(rows), NEIGHBOURS)


def put(store, *rows):
    """Write rows as an earlier release did, whose contract had fewer checks."""
    with_run = neighbours(store, *rows).selectExpr("*", "'old' AS run_id")
    with_run.writeTo(store.location.identifier(TABLE)).append()


def constraints(store):
    detail = store.spark.sql(f"DESCRIBE DETAIL {store.location.identifier(TABLE)}").first()
    prefix = "delta.constraints."
    names = [name for name in detail["properties"] if name.startswith(prefix)]
    return {
        name.removeprefix(prefix): detail["properties"][name].replace(" ", "") for name in names
    }


def test_delta_enforces_the_contract_of_today_on_an_old_table_from_the_first_write_on(
    old_store, write, said
):
    put(old_store, GOOD)
    before = Ledger.read(old_store, [TABLE], {}).pin(TABLE)
    heavy = ("base", 3, 1, 2, 2.5)
    writer = write(old_store, merge(TABLE, neighbours(old_store, GOOD, heavy)))
    assert constraints(old_store) == WANTED
    assert writer.notes() == []
    assert writer.pins[TABLE].table_id == before.table_id
    assert old_store.read(TABLE).count() == 2

    said.clear()
    write(old_store, merge(TABLE, neighbours(old_store, GOOD, heavy)))
    assert not [text for text in said if text.startswith("ALTER TABLE")], "it is done once"


def test_old_rows_that_break_a_check_stop_no_run_but_new_ones_do(old_store):
    put(old_store, GOOD, BAD)

    def writing(*rows):
        writer = Writer(Ledger.read(old_store, [TABLE], {}), "run-1", [TABLE])
        return writer, lambda: writer.apply([overwrite(TABLE, neighbours(old_store, *rows))])

    version = Ledger.read(old_store, [TABLE], {}).pin(TABLE)
    refused, write = writing(GOOD, BAD, ("base", 3, -1, 1, 0.5))
    with pytest.raises(QualityError, match="check rank_from_one fails for 2 of 3 rows, such as"):
        write()
    assert refused.checks[TABLE, "rank_from_one"].failed == 2
    assert Ledger.read(old_store, [TABLE], {}).pin(TABLE) == version, "it keeps its last version"

    mended, write = writing(GOOD)
    write()
    (note,) = mended.notes()
    assert note.startswith(f"table {TABLE} has rows of an earlier release that break its checks (r")
    assert "rank_from_one" not in constraints(old_store)

    last, write = writing(GOOD)
    write()
    assert last.notes() == []
    assert constraints(old_store) == WANTED


def test_a_table_with_rows_that_break_a_newer_check_can_be_written_again(old_store, write):
    put(old_store, GOOD, BAD)
    rewrite(old_store, TABLE, old_store.read(TABLE).where("item_id = 2"))
    assert [row["rank"] for row in old_store.read(TABLE).collect()] == [0]
    write(old_store, overwrite(TABLE, neighbours(old_store, GOOD)))
    write(old_store, overwrite(TABLE, neighbours(old_store, GOOD)))
    assert constraints(old_store) == WANTED
