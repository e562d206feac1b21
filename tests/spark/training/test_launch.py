"""The worker as the job starts it: on this machine, and on Spark's executors."""

import pytest
from safetensors.numpy import load_file

from colike.errors import ColikeError
from colike.launch.folders import Training
from colike.launch.worker import run_worker
from colike.snapshot.settings import TrainSettings, from_json

SPARK = TrainSettings(processes=2, launcher="spark")


@pytest.fixture
def snapshot(trained):
    store, _ = trained
    (folder,) = (store.files.work / "snapshots").iterdir()
    return folder


def weights(out):
    (head,) = (out / "model").glob("*_Dense/model.safetensors")
    return load_file(head)


def test_executors_train_what_processes_of_one_machine_train(spark, trained, snapshot, tmp_path):
    heard = []
    result = run_worker(spark, SPARK, Training(snapshot, tmp_path / "spark"), heard.append)
    assert result["processes"] == 2
    assert result["steps"] == from_json(snapshot / "config.json").settings.max_steps
    assert {"start", "step", "validation", "mined", "done"} <= {event["event"] for event in heard}
    store, _ = trained
    theirs = weights((store.files.work / store.read("models").first()["uri"]).parent)
    for name, tensor in weights(tmp_path / "spark").items():
        assert tensor == pytest.approx(theirs[name], abs=1e-5)


def test_a_refusal_is_raised_with_the_workers_own_message(spark, snapshot, tmp_path):
    (tmp_path / "used").write_text("")
    with pytest.raises(ColikeError, match=r"ConfigError: .*exists and is not empty"):
        run_worker(spark, SPARK, Training(snapshot, tmp_path), lambda event: None)
    assert [path.name for path in tmp_path.iterdir()] == ["used"]
