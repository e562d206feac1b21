"""Job train logs its model to MLflow: a folder stands for a server."""

import pytest

from colike.errors import ColikeError
from colike.tables.ledger import Ledger

pytest.importorskip("mlflow")


def test_a_server_that_the_config_names_and_is_away_fails_the_job(again, no_mlflow_server):
    with pytest.raises(
        ColikeError, match=f"MLflow at {no_mlflow_server} did not take the model: .*is kept"
    ):
        again("away", f"tracking.uri={no_mlflow_server}")


def test_a_server_that_mlflow_found_itself_and_is_away_is_a_note(again, no_mlflow_server):
    outputs = again("noted")
    (note,) = outputs.notes
    assert "did not take the model" in note
    assert [write.table for write in outputs.writes] == ["models"]


def test_the_job_tells_mlflow_which_versions_it_read(trained, again, mlflow_client, tmp_path):
    store, _ = trained
    outputs = again("told", f"tracking.uri={tmp_path / 'ml flow'}")
    experiment = mlflow_client.get_experiment_by_name("/Shared/colike")
    (logged,) = mlflow_client.search_runs([experiment.experiment_id])
    assert outputs.notes == [f"logged to MLflow as run {logged.info.run_id} of /Shared/colike"]
    assert logged.data.tags["colike.run_id"] == "told"
    version = Ledger.read(store, ["training_pairs"], {}).pin("training_pairs").version
    assert logged.data.tags["colike.version.training_pairs"] == str(version)
