"""What MLflow is told of a trained model: a file store stands for a server."""

import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from colike.config.models import TrackingConfig
from colike.errors import ColikeError, DependencyError
from colike.launch import tracking
from colike.launch.tracking import track
from colike.tables.ledger import Ledger

mlflow = pytest.importorskip("mlflow")
TAGS = {"colike.run_id": "first", "colike.version.training_pairs": "3"}
# A port that nobody listens on.
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def out(trained):
    store, _ = trained
    return Path(store.read("models").first()["uri"]).parent


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "ml flow").as_uri())
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(None)


@pytest.fixture
def no_server(monkeypatch):
    """MLflow that is installed and cannot reach its server."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)


def told(uri, **others):
    values = {"experiment": "/Shared/colike", "registered_model": None, "registry_uri": None}
    return TrackingConfig(uri=uri, **(values | others))


def tensors(folder):
    """The weights of all modules of a saved model, by file and name."""
    (root,) = {path.parent for path in folder.rglob("modules.json")}
    return {
        (path.relative_to(root).as_posix(), name): tensor.tobytes()
        for path in root.rglob("*.safetensors")
        for name, tensor in load_file(path).items()
    }


def test_a_run_has_settings_curve_metrics_versions_and_the_registered_model(out, client, tmp_path):
    config = told(str(tmp_path / "ml flow"), registered_model="embedder")
    run_id = track(config, "finetuned", out, TAGS)
    result = json.loads((out / "result.json").read_text("utf-8"))
    curve = json.loads((out / "curve.json").read_text("utf-8"))
    run = client.get_run(run_id)
    assert run.data.params["objective"] == "head"
    assert run.data.params["max_steps"] == "30"
    assert TAGS.items() <= run.data.tags.items()
    assert run.data.tags["colike.snapshot_sha256"] == result["snapshot"]
    assert run.data.metrics["finetuned_auc"] == result["metrics"]["finetuned"]["auc"]
    assert run.data.metrics["recall"] == result["recall"]
    losses = [(point.step, point.value) for point in client.get_metric_history(run_id, "loss")]
    assert losses == [(point["step"], point["loss"]) for point in curve]
    info = mlflow.models.get_model_info("models:/embedder/1")
    assert "string" in str(info.signature.inputs)
    assert info.signature.outputs.inputs[0].shape == (-1, 384)
    saved = Path(mlflow.artifacts.download_artifacts("models:/embedder/1"))
    assert tensors(saved) == tensors(out / "model")
    assert track(config, "finetuned", out, TAGS) == run_id
    assert len(client.search_model_versions("name = 'embedder'")) == 1


def test_nothing_is_told_where_nobody_asks(out, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    assert track(told("auto"), "finetuned", out, TAGS) is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)
    assert track(told(None), "finetuned", out, TAGS) is None


def test_without_mlflow_only_a_config_that_names_a_place_is_an_error(out, monkeypatch, no_server):
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    assert track(told("auto"), "finetuned", out, TAGS) is None
    with pytest.raises(DependencyError, match=r"pip install 'colike\[mlflow\]'"):
        track(told("runs"), "finetuned", out, TAGS)


def test_a_server_that_the_config_names_and_is_away_fails_the_job(again, no_server):
    with pytest.raises(ColikeError, match=f"MLflow at {NOBODY} did not take the model: .*is kept"):
        again("away", f"tracking.uri={NOBODY}")


def test_a_server_that_mlflow_found_itself_and_is_away_is_a_note(again, no_server):
    outputs = again("noted")
    (note,) = outputs.notes
    assert "did not take the model" in note
    assert [write.table for write in outputs.writes] == ["models"]


def test_the_job_tells_mlflow_which_versions_it_read(trained, again, client, tmp_path):
    store, _ = trained
    outputs = again("told", f"tracking.uri={tmp_path / 'ml flow'}")
    experiment = client.get_experiment_by_name("/Shared/colike")
    (logged,) = client.search_runs([experiment.experiment_id])
    assert outputs.notes == [f"logged to MLflow as run {logged.info.run_id} of /Shared/colike"]
    assert logged.data.tags["colike.run_id"] == "told"
    version = Ledger.read(store, ["training_pairs"], {}).pin("training_pairs").version
    assert logged.data.tags["colike.version.training_pairs"] == str(version)
