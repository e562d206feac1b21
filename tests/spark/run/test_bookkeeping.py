"""What a run costs beside its work: statements of Spark SQL, and commits to the log."""

from dataclasses import replace
from datetime import UTC, datetime

from colike.config import load_config
from colike.run.chain import JOBS, stages
from colike.run.outputs import Outputs
from colike.tables import IdTypes, Store, contracts
from colike.tables.writes import merge, overwrite

BIGINT = IdTypes("bigint", "bigint")
# Tables that hold nothing but rejected rows, or what is off by default.
OPTIONAL = ("item_colikes", "item_factors")
VALUES = {
    "string": "x", "boolean": False, "tinyint": 1, "int": 1, "bigint": 1,
    "float": 1.0, "double": 1.0,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip


def any_row(table):
    """A row that fulfils the checks of its contract."""
    row = {}
    for field in contracts()[table].spark_schema(BIGINT):
        kind = field.dataType.simpleString()
        row[field.name] = VALUES.get(kind, {} if kind.startswith("map") else [])
    fulfilling = {"item_b": 2, "neighbour_id": 2, "split": "train", "kind": "positive"}
    return row | fulfilling | {"embedding": [1.0]}


def writes_a_row(stage):
    """The stage as it is declared, which only writes a row to each of its tables."""

    def run(inputs, settings):
        tables = [table for table in stage.writes if table not in OPTIONAL]
        how = merge if stage.name == "ingest" else overwrite
        return Outputs([how(table, inputs.frame(table, [any_row(table)])) for table in tables])

    return replace(stage, run=run, fingerprint=lambda inputs, settings: "")


def commits_to_the_log(store):
    history = store.spark.sql(f"DESCRIBE HISTORY {store.location.identifier('runs')}")
    return history.where("operation = 'WRITE'").count()


def test_a_first_run_and_an_idle_one_look_up_little_and_log_once(spark, tmp_path, run_jobs, said):
    config = load_config("conf/mal2020.yml")
    store = Store.open(spark, str(tmp_path / "store"), BIGINT)
    chain = [writes_a_row(stage) for stage in stages(JOBS)]

    assert run_jobs(config, store, chain, run_id="first") == list(JOBS)
    look_ups = [text for text in said if text.startswith("DESCRIBE HISTORY")]
    queries = [text for text in said if "`runs`" in text or text.startswith("SELECT")]
    assert len(look_ups) <= 22
    assert not [text for text in queries if text.startswith("SELECT") and "/runs`" in text]
    assert commits_to_the_log(store) == 10

    said.clear()
    assert run_jobs(config, store, chain, run_id="idle") == []
    assert len(said) <= 20
    assert len([text for text in said if text.startswith("SELECT")]) == 1
    assert commits_to_the_log(store) == 11
