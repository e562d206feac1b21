import json
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import functions as F

from colike.errors import QualityError, SchemaError, StoreError
from colike.tables import IdTypes, Reader, Store, Writer, contracts

IDS = IdTypes("bigint", "string")
NEIGHBOURS = "source string, item_id string, rank int, neighbour_id string, weight double"
ITEMS = (
    "item_id string, item_idx int, title string, attributes map<string,string>, synopsis string, "
    "description string, synopsis_cut boolean, content_hash string"
)
FIRST, SECOND = ("jaccard", "a", 1, "b", 0.5), ("jaccard", "a", 2, "c", 0.25)
OTHER = ("base", "a", 1, "c", 0.9)


@pytest.fixture
def store(spark, tmp_path):
    return Store.open(spark, str(tmp_path / "store"), IDS)


def writer(store, run_id="run-1", tables=("item_neighbours", "items")):
    return Writer(store, run_id, tables)


def neighbours(store, *rows):
    return store.spark.createDataFrame(list(rows), NEIGHBOURS)


def rows_of(frame):
    return sorted(tuple(row)[:-1] for row in frame.drop("run_id").select("*", F.lit(0)).collect())


def item(item_id, index, attributes, title="T"):
    return (item_id, index, title, attributes, "text", "T. text", False, "hash")


def test_overwrite_replace_and_append_write_one_version_each(store):
    job = writer(store)
    job.overwrite("item_neighbours", neighbours(store, FIRST))
    after_one = job.versions["item_neighbours"]
    job.append("item_neighbours", neighbours(store, OTHER))
    assert rows_of(store.read("item_neighbours")) == sorted([FIRST, OTHER])
    job.replace("item_neighbours", neighbours(store, SECOND), "source = 'jaccard'")
    assert rows_of(store.read("item_neighbours")) == sorted([SECOND, OTHER])
    job.overwrite("item_neighbours", neighbours(store, FIRST))
    assert rows_of(store.read("item_neighbours")) == [FIRST]
    assert job.versions["item_neighbours"] == after_one + 3
    assert job.rows["item_neighbours"] == 4, "every row that was written, added up"

    # A reader that pinned a version goes on seeing it.
    pinned = Reader(store, {"item_neighbours": after_one + 1})
    assert rows_of(pinned.read("item_neighbours")) == sorted([FIRST, OTHER])
    assert {row["run_id"] for row in pinned.read("item_neighbours").collect()} == {"run-1"}
    with pytest.raises(StoreError, match="has no table ratings, which this job reads"):
        pinned.read("ratings")
    nothing = pinned.read_or_empty("ratings")
    assert nothing.columns == [column.name for column in contracts()["ratings"].columns]
    assert nothing.isEmpty()


def test_a_table_is_created_as_its_contract_says(store):
    store.create("item_neighbours")
    contract = contracts()["item_neighbours"]
    schema = store.read("item_neighbours").schema
    assert [field.name for field in schema] == [column.name for column in contract.columns]
    assert {f.name: f.metadata["comment"] for f in schema} == {
        column.name: column.comment for column in contract.columns
    }
    name = store.location.identifier("item_neighbours")
    detail = store.spark.sql(f"DESCRIBE DETAIL {name}").collect()[0]
    assert detail["description"] == contract.description
    assert detail["properties"]["delta.enableDeletionVectors"] == "false"
    for check in contract.checks:
        assert f"delta.constraints.{check.name}" in detail["properties"]


def test_delta_keeps_the_bounds_of_the_clustering_columns_alone(store):
    writer(store).overwrite("item_neighbours", neighbours(store, FIRST, OTHER).coalesce(1))
    log = Path(store.location.root) / "tables" / "item_neighbours" / "_delta_log"
    actions = map(json.loads, sorted(log.glob("*.json"))[-1].read_text().splitlines())
    (file,) = [action["add"] for action in actions if "add" in action]
    bounds = json.loads(file["stats"])
    assert bounds["numRecords"] == 2
    assert bounds["minValues"] == {"source": "base", "item_id": "a"}
    assert bounds["maxValues"] == {"source": "jaccard", "item_id": "a"}


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (("jaccard", "a", 0, "b", 0.5), "rank_from_one"),
        (("jaccard", "a", 1, "a", 0.5), "not_itself"),
        (("jaccard", None, 1, "b", 0.5), "item_id"),
    ],
)
def test_a_row_that_breaks_the_contract_leaves_the_last_version(store, broken, names):
    job = writer(store)
    job.overwrite("item_neighbours", neighbours(store, FIRST))
    before = store.version("item_neighbours")
    for write in (job.overwrite, job.append):
        with pytest.raises(QualityError) as raised:
            write("item_neighbours", neighbours(store, SECOND, broken))
        text = str(raised.value)
        assert text.startswith("Rows for table item_neighbours break its contract")
        assert "conf/tables/item_neighbours.yml" in text
        assert names in text
        assert text.endswith("The table keeps its last version.")
        assert "\n" not in text
    assert store.version("item_neighbours") == before
    assert rows_of(store.read("item_neighbours")) == [FIRST]


def test_a_merge_touches_only_rows_that_differ_and_makes_no_version_when_none_does(store):
    rows = [item("a", 0, {"Type": "TV", "Genres": "Action"}), item("b", 1, {}), item("c", 2, {})]
    writer(store, "run-1").merge("items", store.spark.createDataFrame(rows, ITEMS))
    first = store.version("items")

    # Other order of rows, and of the entries in each map.
    turned = F.map_from_entries(F.reverse(F.map_entries("attributes")))
    same = store.spark.createDataFrame(rows[::-1], ITEMS).withColumn("attributes", turned)
    again = writer(store, "run-2")
    again.merge("items", same)
    assert store.version("items") == first
    assert (again.versions["items"], again.rows["items"]) == (first, 0)

    # One value of a map, one value that becomes null, a row that goes and one that comes.
    changed = [
        item("a", 0, {"Type": "TV", "Genres": "Drama"}),
        (*rows[1][:4], None, *rows[1][5:]),
        item("d", 2, {}),
    ]
    third = writer(store, "run-3")
    third.merge("items", store.spark.createDataFrame(changed, ITEMS))
    assert third.versions["items"] == store.version("items") == first + 1
    assert third.rows["items"] == 4, "two updated, one deleted, one inserted"
    now = {row["item_id"]: row for row in store.read("items").collect()}
    assert set(now) == {"a", "b", "d"}
    assert now["a"]["attributes"] == {"Type": "TV", "Genres": "Drama"}
    assert now["b"]["synopsis"] is None

    # Rows that did not differ keep the run that wrote them.
    fourth = writer(store, "run-4")
    fourth.merge("items", store.spark.createDataFrame([*changed[:2], item("d", 2, {}, "U")], ITEMS))
    assert fourth.rows["items"] == 1
    runs = {row["item_id"]: row["run_id"] for row in store.read("items").collect()}
    assert runs == {"a": "run-3", "b": "run-3", "d": "run-4"}


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
def test_rows_of_another_shape_are_refused_by_name(store, change, says):
    frame = change(neighbours(store, FIRST).withColumn("run_id", F.lit("run-1")))
    with pytest.raises(SchemaError) as raised:
        contracts()["item_neighbours"].conform(frame, IDS)
    assert says in str(raised.value)
    assert "conf/tables/item_neighbours.yml" in str(raised.value)


def test_columns_may_come_in_any_order(store):
    frame = neighbours(store, FIRST).select("weight", "rank", F.lit("r").alias("run_id"), "*")
    frame = frame.select("weight", "rank", "run_id", "source", "neighbour_id", "item_id")
    conformed = contracts()["item_neighbours"].conform(frame, IDS)
    assert rows_of(conformed) == [FIRST]


def test_a_job_writes_only_the_tables_that_it_declares(store):
    job = writer(store, tables=("items",))
    with pytest.raises(StoreError, match=r"declares to write \['items'\], not item_neighbours"):
        job.append("item_neighbours", neighbours(store, FIRST))
    assert not store.exists("item_neighbours")


def test_a_table_that_is_not_there_is_named_with_the_remedy(store):
    assert store.version("ratings") is None
    assert store.versions(["ratings", "items"]) == {}
    with pytest.raises(StoreError, match="has no table ratings; run the chain first"):
        store.read("ratings")


def test_tables_open_in_delta_rs_without_spark(store):
    job = writer(store)
    job.overwrite("item_neighbours", neighbours(store, FIRST, SECOND))
    job.replace("item_neighbours", neighbours(store, FIRST), "source = 'jaccard'")
    table = DeltaTable(f"{store.location.root}/tables/item_neighbours")
    assert table.version() == job.versions["item_neighbours"]
    (row,) = table.to_pandas().to_dict("records")
    assert tuple(row.values()) == (*FIRST, "run-1")
    assert table.metadata().description == contracts()["item_neighbours"].description
