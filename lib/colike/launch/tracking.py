"""Logs a trained model to MLflow, if there is an MLflow to log to."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colike.config.models import TrackingConfig
from colike.errors import ColikeError, DependencyError

AUTO = "auto"
# Where MLflow itself looks for its server; on Databricks the workspace is the server.
_SERVERS = ("MLFLOW_TRACKING_URI", "DATABRICKS_RUNTIME_VERSION")


@dataclass(frozen=True)
class Request:
    """What to log, as `mlflow_process` reads it from its stdin: JSON."""

    #: None: MLflow's own environment variables decide.
    uri: str | None
    registry_uri: str | None
    experiment: str
    registered_model: str | None
    #: The embedder's name.
    name: str
    #: The worker's output folder.
    folder: str
    tags: Mapping[str, str]


def track(config: TrackingConfig, name: str, out: Path, tags: Mapping[str, str]) -> str | None:
    """Log a finished training as an MLflow run with its model; returns the run's id.

    None if `tracking.uri` is null, or if it is auto and MLflow or its server is missing. A training
    that MLflow already has is not logged again. It runs in a process of its own, because saving the
    model loads torch.

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
    request = Request(
        None if config.uri == AUTO else _as_uri(config.uri),
        config.registry_uri,
        config.experiment,
        config.registered_model,
        name,
        str(out),
        tags,
    )
    return _run(request)


def _found_by_itself() -> bool:
    return find_spec("mlflow") is not None and any(os.environ.get(name) for name in _SERVERS)


def _as_uri(place: str) -> str:
    """Return the URI of a server or database as it is, and of a folder as a file URI."""
    return place if ":" in place else Path(place).absolute().as_uri()


def _run(request: Request) -> str:
    # MLflow 3 refuses a folder as a store unless this is set.
    environment = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}
    process = subprocess.run(
        [sys.executable, "-m", "colike.launch.mlflow_process"],
        input=json.dumps(asdict(request)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    if process.returncode:
        errors = process.stderr.strip().splitlines() or ["it printed nothing"]
        raise ColikeError(
            f"MLflow at {request.uri or 'its default'} did not take the model: {errors[-1]} "
            f"The model is kept in {request.folder}; correct `tracking` and run job train again."
        )
    answer: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return str(answer["run_id"])
