"""Logs a trained model to MLflow, if there is an MLflow to log to."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from colike.config.models import TrackingConfig
from colike.errors import ColikeError, DependencyError

AUTO = "auto"
# Where MLflow itself looks for its server; on Databricks the workspace is the server.
_SERVERS = ("MLFLOW_TRACKING_URI", "DATABRICKS_RUNTIME_VERSION")


def track(config: TrackingConfig, name: str, out: Path, tags: Mapping[str, str]) -> str | None:
    """Log a finished training as an MLflow run with its model; returns the run's id.

    None if `tracking.uri` is null, or if it is auto and MLflow or its server is missing. A training
    that MLflow already has is not logged again. This process logs, since on Databricks no other has
    the credentials.

    Args:
        config: The section `tracking`.
        name: The embedder's name.
        out: The worker's output folder.
        tags: Tags of the run, in addition to the model's hash.

    Raises:
        DependencyError: The config names a place to log to, but MLflow is not installed.
        ColikeError: MLflow refused; the message has its own words.
    """
    if config.uri is None or (config.uri == AUTO and not _found_by_itself()):
        return None
    if find_spec("mlflow") is None:
        raise DependencyError(
            f"tracking.uri is {config.uri}, but MLflow is not installed; "
            "pip install 'colike[mlflow]' or set tracking.uri to null."
        )
    uri = None if config.uri == AUTO else _as_uri(config.uri)
    try:
        # Imported here, since it is an extra and only a training needs it.
        from colike.launch.mlflow_run import log_training

        return log_training(config, uri, name, out, tags)
    except Exception as error:
        raise ColikeError(
            f"MLflow at {uri or 'its default'} did not take the model: {_said(error)} "
            f"The model is kept in {out}; correct `tracking` and run job train again."
        ) from error


def _said(error: Exception) -> str:
    """Return an error in one line: of a process that failed, the last line that it wrote."""
    lines = str(getattr(error, "stderr", None) or error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else 'it said nothing'}"


def _found_by_itself() -> bool:
    return find_spec("mlflow") is not None and any(os.environ.get(name) for name in _SERVERS)


def _as_uri(place: str) -> str:
    """Return the URI of a server or database as it is, and of a folder as a file URI."""
    return place if ":" in place else Path(place).absolute().as_uri()
