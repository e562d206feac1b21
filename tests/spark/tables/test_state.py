"""The state of a table as Delta's own log tells it."""

import shutil
from pathlib import Path

import pytest
from delta.tables import DeltaTable

from colike.errors import StoreError
from colike.tables import IdTypes, Store
from colike.tables.ledger import Ledger
from colike.tables.state import Known, Pin, id_of, last_change, look_up
from colike.tables.writes import append, optimize, overwrite

TABLE = "item_neighbours"


def rows(store, *ranks):
    told = [
        {"source": "base", "item_id": 1, "rank": rank, "neighbour_id": 1 + rank, "weight": 0.5}
        for rank in ranks
    ]
    return store.frame(TABLE, told)


def folder_of(store):
    return Path(store.location.root) / "tables" / TABLE


def state_of(store):
    return Ledger.read(store, [TABLE], {}).states[TABLE]


@pytest.fixture
def store(spark, tmp_path):
    return Store.open(spark, str(tmp_path / "store"), IdTypes("bigint", "bigint"))


def test_a_pin_names_the_table_which_another_one_in_its_place_does_not_have(store, write, said):
    writer = write(store, overwrite(TABLE, rows(store, 1)))
    said.clear()
    first = state_of(store)
    name = store.location.identifier(TABLE)
    assert said == [f"DESCRIBE HISTORY {name}"], "the writer's signature tells the id"
    assert writer.pins == {TABLE: first.pin}
    assert first.pin.place == Pin(id_of(store.spark, name), 1).place

    shutil.rmtree(folder_of(store))
    write(store, overwrite(TABLE, rows(store, 1)))
    again = state_of(store)
    assert again.pin.version == first.pin.version
    assert again.pin.table_id != first.pin.table_id
    assert str(again.pin) != str(first.pin)


def test_a_table_that_somebody_else_wrote_is_asked_for_its_id(store, said):
    rows(store, 1).write.format("delta").save(str(folder_of(store)))
    name = store.location.identifier(TABLE)
    said.clear()
    state = look_up(store.spark, name, lambda: None)
    assert said == [f"DESCRIBE HISTORY {name}", f"DESCRIBE DETAIL {name}"]
    assert state.pin == Pin(id_of(store.spark, name), 0)
    assert state.replaced_at is None, "a first version replaces nothing"


def test_a_newest_commit_without_content_is_no_table_without_rows(store, write):
    write(store, overwrite(TABLE, rows(store, 1)))
    newest = max((folder_of(store) / "_delta_log").glob("*.json"))
    newest.write_bytes(b"")
    store.spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    assert store.read(TABLE).isEmpty(), "Delta takes it for a commit that changes nothing"
    with pytest.raises(StoreError, match=rf"{TABLE}.* cannot be read: the newest commit .*repair"):
        state_of(store)


def test_only_operations_that_change_rows_move_the_version(store, write):
    write(store, overwrite(TABLE, rows(store, 1, 2)), append(TABLE, rows(store, 3)))
    table, name = DeltaTable.forPath(store.spark, str(folder_of(store))), identifier(store)
    written = state_of(store)
    assert (written.pin.version, written.newest) == (2, 2)

    write(store, optimize(TABLE))
    store.spark.sql(f"ALTER TABLE {name} CHANGE COLUMN weight COMMENT 'another one'")
    store.spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('note' = 'another one')")
    store.spark.sql(f"VACUUM {name} RETAIN 168 HOURS")
    kept = state_of(store)
    assert kept.pin == written.pin
    assert kept.newest >= 5
    assert kept.replaced_at == written.replaced_at

    table.delete("rank = 3")
    table.update("rank = 1", {"weight": "0.25"})
    merge = table.alias("t").merge(rows(store, 2).alias("s"), "t.rank = s.rank")
    merge.whenMatchedUpdate(set={"weight": "0.125"}).execute()
    table.restoreToVersion(2)
    # The history as it was after each of the four.
    history = table.history().collect()
    assert [row["operation"] for row in history[:4]] == ["RESTORE", "MERGE", "UPDATE", "DELETE"]
    for back in range(4):
        assert last_change(history[back:], "id", None) == Pin("id", history[back]["version"])
    assert last_change(history[4:], written.pin.table_id, None) == written.pin


def test_a_log_that_was_cleaned_keeps_the_version_that_a_run_saw(store, write):
    pin = write(store, overwrite(TABLE, rows(store, 1))).pins[TABLE]
    name = identifier(store)
    for note in ("first", "second"):
        store.spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('note' = '{note}')")
    logs = store.spark._jvm.org.apache.spark.sql.delta.DeltaLog
    logs.forTable(store.spark._jsparkSession, str(folder_of(store))).checkpoint()
    for version in range(3):
        (folder_of(store) / "_delta_log" / f"{version:020}.json").unlink()
    logs.clearCache()

    assert look_up(store.spark, name, lambda: Known(pin, newest=2)).pin == pin
    # A run that did not see version 2 cannot know that it changed no row.
    unsure = look_up(store.spark, name, lambda: Known(pin, newest=1)).pin
    assert unsure.place == Pin(pin.table_id, 3).place
    assert store.read(TABLE).count() == 1


def identifier(store):
    return store.location.identifier(TABLE)
