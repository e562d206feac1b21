"""Damaged tables are found whatever has happened to them, and set aside rather than deleted."""

import shutil

import pytest

from colike.errors import StoreError
from colike.run.repair import repair
from colike.tables import Store
from colike.tables.damage import damages, naming_damaged_tables
from colike.tables.ledger import Ledger


def data_file(table):
    return next(table.glob("**/part-*.parquet"))


def log_files(table):
    return sorted((table / "_delta_log").glob("*.json"))


def remove_a_file(table):
    data_file(table).unlink()


def cut_a_file(table):
    path = data_file(table)
    path.write_bytes(path.read_bytes()[:-20])


def overwrite_a_file(table):
    path = data_file(table)
    path.write_bytes(b"\x00" * path.stat().st_size)


def write_into_the_log(table):
    log_files(table)[-1].write_text("{")


def empty_the_log(table):
    shutil.rmtree(table / "_delta_log")
    (table / "_delta_log").mkdir()


def lose_a_log_file(table):
    log_files(table)[0].unlink()


def remove_the_log(table):
    shutil.rmtree(table / "_delta_log")


def empty_the_last_commit(table):
    log_files(table)[-1].write_bytes(b"")


def a_folder_for_the_last_commit(table):
    path = log_files(table)[-1]
    path.unlink()
    path.mkdir()


def a_file_in_its_place(table):
    shutil.rmtree(table)
    table.write_text("")


def a_link_to_nowhere(table):
    shutil.rmtree(table)
    table.symlink_to(table.with_name("nowhere"))


DAMAGES = [
    remove_a_file, cut_a_file, overwrite_a_file, write_into_the_log, empty_the_log,
    lose_a_log_file, remove_the_log, empty_the_last_commit, a_folder_for_the_last_commit,
    a_file_in_its_place, a_link_to_nowhere,
]  # fmt: skip


@pytest.fixture
def store(spark, tiny_store, tmp_path):
    """A store of two tables, which nobody has opened yet."""
    for table in ("items", "evaluation"):
        shutil.copytree(tiny_store.location.local / "tables" / table, tmp_path / "tables" / table)
    return Store.open(spark, str(tmp_path), tiny_store.ids)


def test_a_store_that_is_whole_has_no_damage(store):
    assert damages(store) == {"evaluation": None, "items": None}
    assert list(repair(store)) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_the_table_set_aside_with_what_that_loses(store, damage):
    damage(store.location.local / "tables" / "evaluation")
    found = damages(store)
    assert found["items"] is None
    assert found["evaluation"]
    (repaired,) = repair(store)
    assert (repaired.table, repaired.damage) == ("evaluation", found["evaluation"])
    assert repaired.lost == "the figures of earlier runs"
    assert "evaluation_2" in repaired.where
    folders = sorted(path.name for path in (store.location.local / "tables").iterdir())
    assert folders == sorted(["items", repaired.where.rpartition("/")[2]])
    assert damages(store) == {"items": None}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_whoever_meets_damage_names_the_table(store, damage):
    damage(store.location.local / "tables" / "evaluation")

    def read():
        Ledger.read(store, ["evaluation"], {})
        store.read("evaluation").collect()

    with pytest.raises(StoreError, match=r"[Tt]able .*evaluation"), naming_damaged_tables():
        read()


def test_a_table_that_cannot_be_read_is_named_with_the_remedy(store):
    remove_a_file(store.location.local / "tables" / "items")
    says = r"Table items cannot be read: .*part-.*colike repair --store STORE"
    with pytest.raises(StoreError, match=says), naming_damaged_tables():
        store.read("items").collect()


def test_other_errors_of_spark_stay_what_they_are(spark):
    with pytest.raises(Exception, match="nowhere") as raised, naming_damaged_tables():
        spark.sql("SELECT * FROM nowhere").collect()
    assert not isinstance(raised.value, StoreError)
