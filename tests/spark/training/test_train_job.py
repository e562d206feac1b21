"""The job `train` from ratings on: its snapshot, its worker, and the row that commits a model."""

import json
import os
import shutil

import pyarrow.parquet as pq
import pytest
from colike.jobs import train as train_job

from colike.errors import StoreError
from colike.launch.export import validation_users
from colike.snapshot.manifest import ITEMS, PAIRS, VALIDATION, VECTORS, open_snapshot
from colike.tables.ledger import Ledger

from ...histories import seen_of


def only_folder(store, name):
    (found,) = (store.files.work / name).iterdir()
    return found


def version(store, table):
    return Ledger.read(store, [table], {}).pin(table).version


def test_the_row_of_the_model_says_where_it_is_and_what_it_was_made_of(trained):
    store, _ = trained
    row = store.read("models").collect()[0]
    result = json.loads(((store.files.work / row["uri"]).parent / "result.json").read_text("utf-8"))
    assert row["objective"] == "head"
    assert row["sha256"] == result["model_sha256"]
    assert json.loads(row["data_versions"])["training_pairs"] == version(store, "training_pairs")
    assert result["steps"] == 30
    assert len(result["validations"]) == 2
    assert result["recall"] == max(recall for _, recall in result["validations"])
    (success,) = store.read("runs").where("job = 'train' AND event = 'succeeded'").collect()
    for name in ("steps", "labels_per_document", "masked_share"):
        assert success["figures"][name] == result[name]


def test_the_snapshot_is_of_the_pinned_tables_in_numbers_of_items(trained):
    store, _ = trained
    snapshot = open_snapshot(only_folder(store, "snapshots"))
    assert snapshot.manifest.tables[PAIRS].version == version(store, "training_pairs")
    assert snapshot.manifest.tables[VALIDATION].version == version(store, "user_history")
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
    eligible = sorted(
        (tuple(row["likes_train"]), tuple(seen_of(row, "train")), tuple(row["likes_validation"]))
        for row in history.collect()
        if row["likes_validation"]
    )
    assert sorted(tuple(map(tuple, row)) for row in validation_users(history).collect()) == eligible
    monkeypatch.setattr("colike.launch.export.VALIDATION_USERS", 5)
    few = [tuple(map(tuple, row)) for row in validation_users(history).collect()]
    again = [tuple(map(tuple, row)) for row in validation_users(history.repartition(7)).collect()]
    assert len(few) == 5
    assert few == again
    assert set(few) <= set(eligible)


@pytest.mark.parametrize("damaged", ["result.json", "curve.json", "model/model.safetensors"])
def test_a_damaged_training_is_repeated_and_finds_a_changed_snapshot_exported_again(
    trained, again, monkeypatch, tmp_path, damaged
):
    store, run = trained
    snapshot, model = (only_folder(store, name) for name in ("snapshots", "models"))
    sha256 = open_snapshot(snapshot).sha256
    shutil.copytree(model, tmp_path / "whole")
    (snapshot / "config.json").write_text("{}")
    content = (model / damaged).read_bytes()
    (model / damaged).write_bytes(content[:-9])

    def train(_, __, training, ___):
        assert open_snapshot(training.snapshot).sha256 == sha256
        assert not training.out.exists()
        shutil.copytree(tmp_path / "whole", training.out)

    monkeypatch.setattr(train_job, "run_worker", train)
    again("again")
    assert (model / damaged).read_bytes() == content
    assert run("whole-again", "train") == []


def test_a_model_that_was_made_but_not_committed_is_taken_as_it_is(trained, again, monkeypatch):
    store, _ = trained
    before = store.read("models").first()

    def no_worker(*_):
        raise AssertionError("the model is there already")

    monkeypatch.setattr(train_job, "run_worker", no_worker)
    # As if the first run had been killed at its end.
    (write,) = again("second").writes
    (row,) = write.rows.collect()
    assert (write.table, write.where) == ("models", {"model_id": [row["model_id"]]})
    assert row["sha256"] == before["sha256"]
    assert row["created_at"] > before["created_at"]


def test_a_head_does_not_learn_from_vectors_that_others_have_changed(again):
    with pytest.raises(StoreError, match=r"item_embeddings were changed by .*; run job pairs"):
        again("touched", "train.max_steps=31", touched={"item_embeddings"})


def test_a_training_that_is_committed_is_not_repeated(trained):
    _, run = trained
    assert run("third", "train") == []


def test_maintain_removes_old_trainings_and_keeps_those_of_the_newest_models(trained):
    store, run = trained
    model = (store.files.work / store.read("models").first()["uri"]).parent
    snapshot = only_folder(store, "snapshots")
    stray = store.files.work / "snapshots" / "0123456789abcdef"
    stray.mkdir()
    for folder in (model, snapshot, stray):
        os.utime(folder, (0, 0))
    assert run("kept", "maintain") == ["maintain"]
    assert model.is_dir()
    assert snapshot.is_dir()
    assert not stray.exists()
