"""What a stage may read and write, when it runs again, and what the log says of it."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.errors import ConfigError, QualityError, StageError, StoreError
from colike.run import log as log_module
from colike.run import runner, session
from colike.run.outputs import Outputs
from colike.run.plan import plan
from colike.run.reporters import PlainReporter
from colike.run.session import Run
from colike.run.stage import Stage
from colike.tables.writes import overwrite
from colike.tables.writes import replace as replace_rows

from .one_row import CONFIG, ROW, a_stage, one_row, planned

MODEL = {
    "model_id": "m", "name": "n", "base": "b", "objective": "o", "params": "{}", "metrics": "{}",
    "curve": "[]", "uri": "u", "sha256": "s", "data_versions": "{}",
    "created_at": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip

ONE_ROW = a_stage(one_row)


def a_model(inputs, settings):
    return Outputs([overwrite("models", inputs.frame("models", [MODEL]))])


MODELS = Stage("train", (), ("models",), (), a_model)


def follows_models(inputs, settings):
    inputs.read("models")
    return one_row(inputs, settings)


FOLLOWER = a_stage(follows_models, reads=("models",))


def test_a_stage_runs_once_and_again_when_its_own_settings_change(works):
    assert works(ONE_ROW) == ["neighbours"]
    assert works(ONE_ROW) == []
    assert works(ONE_ROW, overrides=["evaluate.bootstrap_replicates=3"]) == []
    assert works(ONE_ROW, overrides=["neighbours.candidate_margin=3"]) == ["neighbours"]


def test_a_stage_runs_again_when_the_code_that_it_reaches_changes(works, store, monkeypatch):
    assert works(ONE_ROW) == ["neighbours"]
    monkeypatch.setattr(session, "code_version", lambda module: f"another {module}")
    assert planned(store, ONE_ROW) == {"neighbours": ["the code changed"]}
    assert works(ONE_ROW) == ["neighbours"]


@pytest.mark.parametrize("kind", ["table", "section", "own table"])
def test_what_a_stage_does_not_declare_it_cannot_read(works, kind):
    def undeclared(inputs, settings):
        match kind:
            case "table":
                inputs.read("models")
            case "section":
                assert settings.neighbours.k
                assert settings.likes
            case "own table":
                inputs.own("item_neighbours")
        return one_row(inputs, settings)

    named = {"table": "table models", "section": "section likes", "own table": "item_neighbours"}
    with pytest.raises(StageError, match=f"Stage neighbours reads .*{named[kind]}"):
        works(a_stage(undeclared))


def test_what_a_stage_does_not_declare_it_cannot_write(works, store):
    with pytest.raises(StoreError, match=r"declares the tables it writes \(item_neighbours\)"):
        works(a_stage(a_model))
    assert not store.exists("models")


def test_a_table_that_is_not_there_yet_names_the_job_that_needs_it(works):
    with pytest.raises(StoreError, match="no table models, which job neighbours reads"):
        works(FOLLOWER)


def test_a_table_that_was_removed_and_made_again_is_another_one(works, store):
    """Its versions have the old numbers again."""
    assert works(MODELS, FOLLOWER) == ["train", "neighbours"]
    shutil.rmtree(Path(store.location.root, "tables", "models"))
    assert planned(store, MODELS, FOLLOWER) == {
        "train": ["table models is not as its last run left it"],
        "neighbours": ["job train would write table models"],
    }
    assert works(MODELS) == ["train"]
    assert planned(store, FOLLOWER) == {"neighbours": ["table models was removed and made again"]}
    assert works(FOLLOWER) == ["neighbours"]
    assert works(MODELS, FOLLOWER) == []


def test_what_a_killed_run_committed_is_not_taken_for_the_last_success(works, store):
    """Its version is above the one that the success wrote; the settings are the success's again."""
    assert works(ONE_ROW) == ["neighbours"]

    def dies(inputs, settings):
        inputs.during(Killed())
        return one_row(inputs, settings)

    with pytest.raises(KeyboardInterrupt):
        works(a_stage(dies), overrides=["neighbours.k=60"])
    assert [row["weight"] for row in store.read("item_neighbours").collect()] == [0.6]
    assert works(ONE_ROW) == ["neighbours"]
    assert [row["weight"] for row in store.read("item_neighbours").collect()] == [0.5]


class Killed:
    """A context that ends a process after its tables were committed, and before it says so."""

    def __enter__(self):
        return None

    def __exit__(self, *_):
        raise KeyboardInterrupt


def test_rows_that_somebody_changed_by_hand_are_made_again(works, store):
    works(ONE_ROW)
    store.spark.sql(f"DELETE FROM {store.location.identifier('item_neighbours')}")
    assert works(ONE_ROW) == ["neighbours"]
    assert store.read("item_neighbours").count() == 1


def test_housekeeping_and_comments_leave_a_stage_done(works, store):
    works(ONE_ROW)
    name = store.location.identifier("item_neighbours")
    store.spark.sql(f"OPTIMIZE {name}")
    store.spark.sql(f"ALTER TABLE {name} ALTER COLUMN weight COMMENT 'another comment'")
    store.spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('a' = 'b')")
    assert works(ONE_ROW) == []


def test_the_last_success_is_the_last_one_of_the_log_whatever_the_clock_said(works, monkeypatch):
    assert works(ONE_ROW) == ["neighbours"]
    monkeypatch.setattr(log_module, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(runner, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    assert works(ONE_ROW, overrides=["neighbours.k=60"]) == ["neighbours"]
    assert works(ONE_ROW, overrides=["neighbours.k=60"]) == []
    assert works(ONE_ROW) == ["neighbours"]


def test_a_table_of_two_jobs_is_as_its_last_writer_left_it(works):
    def other_row(inputs, settings):
        rows = inputs.frame("item_neighbours", [{**ROW, "source": "base"}])
        return Outputs([replace_rows("item_neighbours", rows, {"source": ["base"]})])

    other = replace(a_stage(other_row), name="embed")
    assert works(ONE_ROW, other) == ["neighbours", "embed"]
    assert works(ONE_ROW, other) == []


def test_the_log_has_one_commit_for_a_job_that_worked_and_one_for_all_that_did_not(works, store):
    works(ONE_ROW, run_id="first")
    works(ONE_ROW, MODELS, run_id="second")
    rows = store.read("runs").orderBy("entry").collect()
    assert [(row["run_id"], row["job"], row["event"]) for row in rows] == [
        ("first", "neighbours", "started"),
        ("first", "neighbours", "succeeded"),
        ("second", "train", "started"),
        ("second", "train", "succeeded"),
        ("second", "neighbours", "skipped"),
    ]
    assert [row["entry"] for row in rows] == [1, 2, 3, 4, 5]
    succeeded = rows[1]
    assert succeeded["rows"] == {"item_neighbours": 1}
    assert succeeded["figures"]["found"] == 1.0
    assert succeeded["units"] == {"found": "items", "seconds": "s"}
    assert set(succeeded["key_parts"]) == {"code", "files", "settings.neighbours"}
    assert succeeded["pins_out"]["item_neighbours"]["version"] == 1
    assert succeeded["stage_key"] == rows[4]["stage_key"]
    history = store.spark.sql(f"DESCRIBE HISTORY {store.location.identifier('runs')}")
    assert history.where("operation = 'WRITE'").count() == 3


def test_a_failure_is_logged_at_once_and_keeps_what_was_written(works, store):
    def refuses(inputs, settings):
        rows = inputs.frame("item_neighbours", [ROW])
        failure = QualityError("too many rows were rejected")
        return Outputs([overwrite("item_neighbours", rows)], failure=failure)

    with pytest.raises(QualityError):
        works(a_stage(refuses))
    failed = store.read("runs").where("event = 'failed'").collect()
    assert [row["error"] for row in failed] == ["QualityError: too many rows were rejected"]
    assert store.read("item_neighbours").count() == 1
    assert works(ONE_ROW) == ["neighbours"]


def test_an_error_from_inside_a_spark_task_is_told_in_its_own_words(works):
    def fail_in_a_task(inputs, settings):
        def refuse(value: int) -> int:
            raise ConfigError(f"template fails for {value}; mend descriptions.template")

        inputs.spark.range(1).select(F.udf(refuse, "int")("id")).collect()
        return Outputs()

    with pytest.raises(ConfigError, match=r"^template fails for 0; mend descriptions.template$"):
        works(a_stage(fail_in_a_task))


def test_what_a_stage_caches_and_its_scratch_folder_last_until_its_tables_are_written(works):
    seen = {}

    def run(inputs, settings):
        seen["folder"] = inputs.scratch()
        seen["frame"] = inputs.cached(inputs.frame("item_neighbours", [ROW]))
        return Outputs([overwrite("item_neighbours", seen["frame"])])

    works(a_stage(run))
    assert not seen["folder"].exists()
    assert not seen["frame"].is_cached


def test_row_sets_and_figures_of_the_last_success_are_there_while_its_tables_stand(works, store):
    seen = []

    def run(inputs, settings):
        seen.append((inputs.row_sets, set(inputs.figures)))
        return replace(one_row(inputs, settings), row_sets={"jaccard": "made of this"})

    stage = a_stage(run)
    works(stage)
    works(stage, overrides=["neighbours.k=60"])
    store.spark.sql(f"DELETE FROM {store.location.identifier('item_neighbours')}")
    works(stage, overrides=["neighbours.k=60"])
    kept = ({"jaccard": "made of this"}, {"found", "seconds"})
    assert seen == [({}, set()), kept, ({}, set())]


def test_a_plan_says_what_would_run_and_why_and_writes_nothing(works, store):
    works(MODELS, FOLLOWER)
    run = Run(
        load_config("conf/mal2020.yml", ["neighbours.k=60"]), store, "look", None, PlainReporter()
    )
    before = store.read("runs").count()
    idle, busy = plan(run, [MODELS, FOLLOWER])
    assert (idle.runs, idle.why) == (False, [])
    assert (busy.runs, busy.why) == (True, ["section neighbours of the config changed"])
    assert busy.last_seconds > 0
    assert store.read("runs").count() == before


@pytest.mark.parametrize("run_id", ["x' OR '1'='1", "../../../../evil", "", "a" * 81, "a b"])
def test_a_run_id_is_a_name(store, run_id):
    with pytest.raises(ConfigError, match="is not a name"):
        Run(CONFIG, store, run_id, None, PlainReporter())
