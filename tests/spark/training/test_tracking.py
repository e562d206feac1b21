"""Job train logs its model to MLflow: a folder stands for a server."""

import io

import pytest

from colike.errors import ColikeError
from colike.run.reporters import PlainReporter

mlflow = pytest.importorskip("mlflow")
# A port that nobody listens on.
NOBODY = "http://127.0.0.1:9"


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


@pytest.fixture
def uncommitted(trained):
    """The log of the training is lost, as if the job had been killed at its end."""
    store, run = trained
    store.spark.sql(f"DELETE FROM {store.location.identifier('runs')} WHERE job = 'train'")
    return store, run


def test_a_server_that_the_config_names_and_is_away_fails_the_job_before_the_row(
    uncommitted, no_server
):
    store, run = uncommitted
    before = store.read("models").collect()
    with pytest.raises(ColikeError, match=f"MLflow at {NOBODY} did not take the model: .*is kept"):
        run("away", "train", settings=[f"tracking.uri={NOBODY}"])
    assert store.read("models").collect() == before


def test_a_server_that_mlflow_found_itself_and_is_away_is_a_note(uncommitted, no_server):
    store, run = uncommitted
    said = io.StringIO()
    assert run("noted", "train", reporter=PlainReporter(said)) == ["train"]
    assert "did not take the model" in said.getvalue()
    assert store.read("models").first()["run_id"] == "noted"


def test_the_job_tells_mlflow_which_versions_it_read(uncommitted, client, tmp_path):
    store, run = uncommitted
    run("told", "train", settings=[f"tracking.uri={tmp_path / 'ml flow'}"])
    experiment = client.get_experiment_by_name("/Shared/colike")
    (logged,) = client.search_runs([experiment.experiment_id])
    assert logged.data.tags["colike.run_id"] == "told"
    wanted = str(store.version("training_pairs"))
    assert logged.data.tags["colike.version.training_pairs"] == wanted
