"""Tells MLflow of a model that training made, if there is an MLflow to be told."""

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
# Where MLflow itself looks for its server; on Databricks the workspace is one.
_SERVERS = ("MLFLOW_TRACKING_URI", "DATABRICKS_RUNTIME_VERSION")


@dataclass(frozen=True)
class Tracked:
    """What MLflow is told, as the process that tells it reads it: JSON on its stdin."""

    #: None: where MLflow's own environment variables say.
    uri: str | None
    registry_uri: str | None
    experiment: str
    registered_model: str | None
    #: Of the embedder.
    name: str
    #: The worker's output folder.
    folder: str
    tags: Mapping[str, str]


def track(config: TrackingConfig, name: str, out: Path, tags: Mapping[str, str]) -> str | None:
    """Log a finished training as an MLflow run with its model; returns the run's id.

    None where `tracking.uri` is null, or auto and there is neither MLflow nor a server of its
    own to tell. A training that MLflow knows is not logged twice. In a process of its own,
    because saving the model loads torch.

    Args:
        config: The section `tracking`.
        name: Of the embedder.
        out: The worker's output folder.
        tags: What the run is tagged with beside the model's hash.

    Raises:
        DependencyError: The config asks for it and MLflow is not installed.
        ColikeError: MLflow refused; its own words are in the message.
    """
    if config.uri is None or (config.uri == AUTO and not _found_by_itself()):
        return None
    if find_spec("mlflow") is None:
        raise DependencyError(
            f"tracking.uri is {config.uri}, but MLflow is not installed; "
            "pip install 'colike[mlflow]' or set tracking.uri to null."
        )
    told = Tracked(
        None if config.uri == AUTO else _as_uri(config.uri),
        config.registry_uri,
        config.experiment,
        config.registered_model,
        name,
        str(out),
        tags,
    )
    return _run(told)


def _found_by_itself() -> bool:
    return find_spec("mlflow") is not None and any(os.environ.get(name) for name in _SERVERS)


def _as_uri(place: str) -> str:
    """A server's or database's address as it is; a folder as an absolute address."""
    return place if ":" in place else Path(place).absolute().as_uri()


def _run(told: Tracked) -> str:
    # A folder is what the user named: MLflow 3 would refuse it unless told that it is meant.
    environment = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}
    process = subprocess.run(
        [sys.executable, "-m", "colike.launch.mlflow_process"],
        input=json.dumps(asdict(told)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    if process.returncode:
        said = process.stderr.strip().splitlines() or ["it said nothing"]
        raise ColikeError(
            f"MLflow at {told.uri or 'its default'} did not take the model: {said[-1]} The model "
            f"is kept in {told.folder}; correct `tracking` and run job train again, which takes it."
        )
    answer: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return str(answer["run_id"])
