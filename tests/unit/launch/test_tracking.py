"""What MLflow has of a trained model: a folder stands for a server."""

import json
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from colike.config.models import TrackingConfig
from colike.errors import ColikeError, DependencyError
from colike.launch import tracking
from colike.launch.tracking import track

from ...small_model import DIMENSIONS
from ..snapshots import write_snapshot
from ..training.conftest import run_in_process

mlflow = pytest.importorskip("mlflow")
pytestmark = pytest.mark.torch
TAGS = {"colike.run_id": "first", "colike.version.training_pairs": "3"}


@pytest.fixture(scope="module")
def out(small_model, tmp_path_factory):
    """The output folder of a training."""
    folder = tmp_path_factory.mktemp("trained")
    settings = {"objective": "head", "max_steps": 4, "log_every_steps": 2, "validations": 2}
    run_in_process(write_snapshot(folder / "snapshot", small_model, **settings), folder / "out")
    return folder / "out"


def config_of(uri, **others):
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


def test_a_run_has_settings_curve_metrics_versions_and_the_registered_model(
    out, mlflow_client, tmp_path
):
    config = config_of(str(tmp_path / "ml flow"), registered_model="embedder")
    run_id = track(config, "finetuned", out, TAGS)
    result = json.loads((out / "result.json").read_text("utf-8"))
    curve = json.loads((out / "curve.json").read_text("utf-8"))
    run = mlflow_client.get_run(run_id)
    assert run.data.params["objective"] == "head"
    assert run.data.params["max_steps"] == "4"
    assert TAGS.items() <= run.data.tags.items()
    assert run.data.tags["colike.snapshot_sha256"] == result["snapshot"]
    assert run.data.metrics["finetuned_auc"] == result["metrics"]["finetuned"]["auc"]
    assert run.data.metrics["recall"] == result["recall"]
    losses = [
        (point.step, point.value) for point in mlflow_client.get_metric_history(run_id, "loss")
    ]
    assert losses == [(point["step"], point["loss"]) for point in curve]
    assert len(losses) == 2
    info = mlflow.models.get_model_info("models:/embedder/1")
    assert "string" in str(info.signature.inputs)
    assert info.signature.outputs.inputs[0].shape == (-1, DIMENSIONS)
    saved = Path(mlflow.artifacts.download_artifacts("models:/embedder/1"))
    assert tensors(saved) == tensors(out / "model")
    assert track(config, "finetuned", out, TAGS) == run_id
    assert len(mlflow_client.search_model_versions("name = 'embedder'")) == 1


def test_nothing_is_logged_where_nobody_asks(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    assert track(config_of("auto"), "finetuned", tmp_path, TAGS) is None


def test_a_config_without_tracking_is_silent_where_mlflow_has_a_server(tmp_path, no_mlflow_server):
    assert track(config_of(None), "finetuned", tmp_path, TAGS) is None


def test_without_mlflow_only_a_config_that_names_a_place_is_an_error(
    tmp_path, monkeypatch, no_mlflow_server
):
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    assert track(config_of("auto"), "finetuned", tmp_path, TAGS) is None
    with pytest.raises(DependencyError, match=r"pip install 'colike\[mlflow\]'"):
        track(config_of("runs"), "finetuned", tmp_path, TAGS)


def test_an_mlflow_that_cannot_be_imported_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "colike.launch.mlflow_run", None)
    with pytest.raises(ColikeError, match=r"did not take the model: ModuleNotFoundError.*is kept"):
        track(config_of("runs"), "finetuned", tmp_path, TAGS)
