"""What runs a stage: keys, skips, the log, and errors from inside Spark tasks."""

import shutil
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.errors import ConfigError
from colike.run.log import RunLog
from colike.run.reporters import PlainReporter
from colike.run.stage import Job, Run, Stage, run_stage
from colike.tables import IdTypes, Store

ROW = {"item_id": 1, "rank": 1, "neighbour_id": 2, "weight": 0.5, "source": "jaccard"}


def write_one(job: Job) -> None:
    job.writer.overwrite("item_neighbours", job.store.frame("item_neighbours", [ROW]))


def fail_in_a_task(job: Job) -> None:
    def refuse(value: int) -> int:
        raise ConfigError(f"template fails for {value}; mend descriptions.template")

    job.store.spark.range(1).select(F.udf(refuse, "int")("id")).collect()


STAGE = Stage("neighbours", (), ("item_neighbours",), ("neighbours",), write_one)


@pytest.fixture
def store(spark, tmp_path: Path) -> Store:
    return Store.open(spark, str(tmp_path / "store"), IdTypes("bigint", "bigint"))


def run(store: Store, *overrides: str, run_id: str = "run") -> Run:
    return Run(load_config("conf/mal2020.yml", overrides), store, run_id, None, PlainReporter())


def test_a_stage_runs_once_and_again_when_its_settings_change(store):
    assert run_stage(STAGE, run(store))
    assert not run_stage(STAGE, run(store))
    assert not run_stage(STAGE, run(store, "evaluate.bootstrap_replicates=3"))
    assert run_stage(STAGE, run(store, "neighbours.candidate_margin=3"))


def test_a_stage_runs_again_when_its_table_is_gone(store):
    assert run_stage(STAGE, run(store))
    shutil.rmtree(Path(store.location.name, "tables", "item_neighbours"))
    assert run_stage(STAGE, run(store))


def test_the_log_names_keys_versions_and_rows_of_what_a_stage_did(store):
    run_stage(STAGE, run(store, run_id="first"))
    run_stage(STAGE, run(store, run_id="second"))

    rows = store.read("runs").orderBy("at").collect()
    assert [(row["run_id"], row["event"]) for row in rows] == [
        ("first", "started"),
        ("first", "succeeded"),
        ("second", "skipped"),
    ]
    assert len({row["stage_key"] for row in rows}) == 1
    assert rows[1]["rows"] == {"item_neighbours": 1}
    assert rows[1]["versions_out"] == {"item_neighbours": store.version("item_neighbours")}
    assert RunLog(store, "x").last_run_of("neighbours") == "first"


def test_an_error_of_ours_in_a_spark_task_is_the_same_sentence_outside(store):
    failing = Stage("embed", (), (), (), fail_in_a_task)

    with pytest.raises(ConfigError, match=r"^template fails for 0; mend descriptions.template$"):
        run_stage(failing, run(store))

    failed = store.read("runs").where("event = 'failed'").collect()
    assert len(failed) == 1
    assert "template fails for 0" in failed[0]["error"]


def test_maintenance_gives_no_job_new_work(store):
    run_stage(STAGE, run(store))
    before = store.version("item_neighbours")
    name = store.location.identifier("item_neighbours")
    store.spark.sql(f"INSERT INTO {name} SELECT * FROM {name} WHERE false")
    changed = store.version("item_neighbours")
    store.spark.sql(f"OPTIMIZE {name}")

    assert before is not None
    assert store.version("item_neighbours") == changed
    assert not run_stage(STAGE, run(store))
