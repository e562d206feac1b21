"""Tables as their contracts say, before any job writes to them."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike.errors import SchemaError, StoreError
from colike.tables import IdTypes, Store, contracts
from colike.tables.damage import damages
from colike.tables.writes import overwrite

from .neighbour_rows import FIRST, NEIGHBOURS, OTHER, TABLE, neighbours

IDS = IdTypes("bigint", "string")


@pytest.fixture(scope="module")
def store(spark, tmp_path_factory):
    """A store with one table; each test reads it."""
    return Store.open(spark, str(tmp_path_factory.mktemp("store")), IDS)


@pytest.fixture(scope="module", autouse=True)
def _written(store, write):
    write(store, overwrite(TABLE, neighbours(store, FIRST, OTHER).coalesce(1)))


def test_a_table_is_created_as_its_contract_says(store):
    contract, schema = contracts()[TABLE], store.read(TABLE).schema
    assert [field.name for field in schema] == [column.name for column in contract.columns]
    assert {f.name: f.metadata["comment"] for f in schema} == {
        column.name: column.comment for column in contract.columns
    }
    name = store.location.identifier(TABLE)
    detail = store.spark.sql(f"DESCRIBE DETAIL {name}").collect()[0]
    assert detail["description"] == contract.description
    assert detail["properties"]["delta.enableDeletionVectors"] == "false"
    for name, sql in contract.constraints.items():
        assert detail["properties"][f"delta.constraints.{name}"] == sql


def test_delta_keeps_the_bounds_of_the_clustering_columns_alone(store):
    log = Path(store.location.root) / "tables" / TABLE / "_delta_log"
    actions = map(json.loads, sorted(log.glob("*.json"))[-1].read_text().splitlines())
    (file,) = [action["add"] for action in actions if "add" in action]
    bounds = json.loads(file["stats"])
    assert bounds["numRecords"] == 2
    assert bounds["minValues"] == {"source": "base", "item_id": "a"}
    assert bounds["maxValues"] == {"source": "jaccard", "item_id": "a"}


def test_a_table_that_is_not_there_is_named_with_the_remedy(store):
    assert store.existing() == {TABLE}
    assert not store.exists("ratings")
    with pytest.raises(StoreError, match="has no table ratings; run the chain first"):
        store.read("ratings")
    nothing = store.read_or_empty("ratings")
    assert nothing.columns == [column.name for column in contracts()["ratings"].columns]
    assert nothing.isEmpty()


def test_a_store_at_a_uri_has_no_table_that_it_is_in_itself(store, spark, tmp_path):
    around = tmp_path / "around"
    shutil.copytree(Path(store.location.root) / "tables" / TABLE, around)
    shutil.copytree(store.location.root, around / "store")
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    hadoop.set("fs.viewfs.mounttable.tables.link./around", around.as_uri())
    there = Store.open(spark, "viewfs://tables/around/store", IDS)
    assert there.existing() == {TABLE}
    assert there.exists(TABLE)
    assert not there.exists("ratings")


@pytest.mark.parametrize("is_uri", [False, True], ids=["folder", "URI"])
def test_a_table_whose_making_was_cut_off_is_made(spark, tmp_path, is_uri):
    """A kill, or a full disk, before Delta's first commit: the log's folder has no entry."""
    hadoop, where = spark.sparkContext._jsc.hadoopConfiguration(), str(tmp_path / "store")
    if is_uri:
        hadoop.set("fs.viewfs.mounttable.cut.link./store", (tmp_path / "store").as_uri())
        where = "viewfs://cut/store"
    log = tmp_path / "store" / "tables" / TABLE / "_delta_log"
    log.mkdir(parents=True)
    (log / ".00000000000000000000.json.1234.tmp").write_text('{"commitInfo":')
    store = Store.open(spark, where, IDS)
    assert store.existing() == set()
    assert damages(store) == {}
    store.create(TABLE)
    assert store.read(TABLE).isEmpty()


def test_a_schema_of_no_catalog_is_refused_with_both_remedies(spark):
    store = Store.open(spark, "results.v1", IdTypes("bigint", "bigint"))
    with pytest.raises(StoreError, match=r"There is no schema results\.v1.*write \./results\.v1"):
        store.location.create_schema(spark)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frame: frame.drop("weight"), "column weight is missing"),
        (lambda frame: frame.withColumn("more", F.lit(1)), "column more is unknown"),
        (
            lambda frame: frame.withColumn("rank", F.col("rank").cast("bigint")),
            "column rank is bigint, not int",
        ),
        (
            lambda frame: frame.withColumn("item_id", F.lit(1).cast("bigint")),
            "column item_id is bigint, not string",
        ),
    ],
)
def test_rows_of_another_shape_are_refused_by_name(spark, change, says):
    frame = change(spark.createDataFrame([(*FIRST, "run-1")], f"{NEIGHBOURS}, run_id string"))
    with pytest.raises(SchemaError) as raised:
        contracts()[TABLE].conform(frame, IDS)
    assert says in str(raised.value)
    assert "conf/tables/item_neighbours.yml" in str(raised.value)


def test_columns_may_come_in_any_order(spark):
    frame = spark.createDataFrame([(*FIRST, "run-1")], f"{NEIGHBOURS}, run_id string")
    turned = frame.select("weight", "rank", "run_id", "source", "neighbour_id", "item_id")
    (row,) = contracts()[TABLE].conform(turned, IDS).collect()
    assert tuple(row) == (*FIRST, "run-1")


def test_numbers_of_numpy_are_taken_in_columns_and_in_maps(spark, tmp_path):
    store = Store.open(spark, str(tmp_path), IdTypes("bigint", "bigint"))
    move = {
        "source": "a",
        "model_id": None,
        "reason": "r",
        "figures": {"a.gain": np.float64(0.5)},
        "held": None,
        "by": "b",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    assert store.frame("champion_moves", [move]).first()["figures"] == {"a.gain": 0.5}
    figure = dict.fromkeys(("source", "protocol", "segment", "metric"), "x")
    figure |= {"k": np.int64(10), "value": np.float64(0.25), "n": np.int32(3)}
    figure |= dict.fromkeys(("ci_low", "ci_high", "versus"))
    row = store.frame("evaluation", [figure]).first()
    assert (row["k"], row["value"], row["n"]) == (10, 0.25, 3)
