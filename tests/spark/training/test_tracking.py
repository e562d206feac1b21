"""Job train logs its model to MLflow: a folder stands for a server."""

import pytest

from colike.errors import ColikeError
from colike.tables.ledger import Ledger

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
