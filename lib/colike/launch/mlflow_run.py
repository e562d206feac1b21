"""Logs a training to MLflow, from the process that has the credentials; imported only to do so."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow.entities import Metric

from colike.config.models import TrackingConfig
from colike.launch.events import result_of
from colike.snapshot.outcome import CURVE, METRICS, RESULT, WEIGHTS, Result

_POINT = ("loss", "learning_rate", "documents_per_second", "memory_bytes")
_FACTS = ("steps", "minutes", "documents_per_second", "labels_per_document", "recall")
_LIBRARIES = ("torch", "transformers", "sentence-transformers")
_AT_ONCE = 1000
MODEL = "model"
# The tag with the hash of the model that a run logged.
_IDENTITY = "colike.model_sha256"
# MLflow 3 refuses a folder as a store unless this is set.
_FOLDERS = "MLFLOW_ALLOW_FILE_STORE"


def log_training(
    config: TrackingConfig, uri: str | None, name: str, folder: Path, tags: Mapping[str, str]
) -> str:
    """Return the id of the finished run that has this model, which is logged if there is none.

    Args:
        config: The section `tracking`.
        uri: Where MLflow is; None: where its own environment says.
        name: The embedder's name.
        folder: The worker's output folder.
        tags: Tags of the run, in addition to the model's hash.

    Raises:
        MlflowException: MLflow refused; or another error of what it calls.
    """
    with _at(uri, config.registry_uri):
        mlflow.set_experiment(config.experiment)
        result = result_of(folder)
        return _known(result[WEIGHTS]) or _log(config, name, folder, tags, result)


@contextmanager
def _at(uri: str | None, registry_uri: str | None) -> Iterator[None]:
    """Talk to these servers, and leave this process as it was: others may use MLflow in it."""
    before, registry, folders = (
        mlflow.get_tracking_uri(),
        mlflow.get_registry_uri(),
        os.environ.get(_FOLDERS),
    )
    os.environ[_FOLDERS] = "true"
    try:
        if uri is not None:
            mlflow.set_tracking_uri(uri)
        if registry_uri:
            mlflow.set_registry_uri(registry_uri)
        yield
    finally:
        if uri is not None:
            mlflow.set_tracking_uri(before)
        if registry_uri:
            mlflow.set_registry_uri(registry)
        if folders is None:
            del os.environ[_FOLDERS]
        else:
            os.environ[_FOLDERS] = folders


def _known(model_sha256: str) -> str | None:
    query = f"tags.`{_IDENTITY}` = '{model_sha256}' and attributes.status = 'FINISHED'"
    runs = mlflow.search_runs(filter_string=query, max_results=1, output_format="list")
    return str(runs[0].info.run_id) if runs else None


def _log(
    config: TrackingConfig, name: str, folder: Path, tags: Mapping[str, str], result: Result
) -> str:
    """Log parameters, metrics, curve, files and the model with its signature."""
    curve = json.loads((folder / CURVE).read_text("utf-8"))
    sha256 = result[WEIGHTS]
    with mlflow.start_run(run_name=f"{name} {sha256[:8]}") as run:
        mlflow.set_tags({**tags, "colike.snapshot_sha256": result["snapshot"]})
        mlflow.log_params({**result["settings"], "base_model": result["base_model"]})
        points = [*_curve(curve, result["validations"]), *_figures(result)]
        for start in range(0, len(points), _AT_ONCE):
            some = points[start : start + _AT_ONCE]
            mlflow.MlflowClient().log_batch(run.info.run_id, metrics=some)
        for file in (RESULT, CURVE, METRICS):
            mlflow.log_artifact(str(folder / file))
        with TemporaryDirectory(prefix="colike-") as scratch:
            mlflow.log_artifacts(_in_form(folder / MODEL, Path(scratch), result), MODEL)
        if config.registered_model is not None:
            mlflow.register_model(f"runs:/{run.info.run_id}/{MODEL}", config.registered_model)
        # Last, so that only a run that logged everything has it.
        mlflow.set_tag(_IDENTITY, sha256)
        return str(run.info.run_id)


def _in_form(model: Path, scratch: Path, result: Result) -> str:
    """Return a folder with the model in MLflow's form, made by a process that may load torch."""
    # Without the build of torch (+cpu), which another package index may not have.
    needed = [f"{name}=={result['versions'][name].partition('+')[0]}" for name in _LIBRARIES]
    out = scratch / MODEL
    subprocess.run(
        [sys.executable, "-m", "colike.launch.mlflow_form", str(model), str(out), *needed],
        check=True,
        capture_output=True,
        text=True,
    )
    return str(out)


def _figures(result: Result) -> Iterator[Metric]:
    facts = {name: result[name] for name in _FACTS}
    for model, metrics in result["metrics"].items():
        for name, value in metrics.items():
            kinds = value.items() if isinstance(value, dict) else [("", value)]
            facts |= {"_".join(filter(None, (model, name, kind))): each for kind, each in kinds}
    yield from _metrics(facts, result["steps"])


def _curve(curve: list[dict[str, Any]], validations: list[list[float]]) -> Iterator[Metric]:
    for point in curve:
        yield from _metrics({name: point[name] for name in _POINT}, point["step"])
    for step, recall in validations:
        yield from _metrics({"validation_recall": recall}, int(step))


def _metrics(values: Mapping[str, float | None], step: int) -> Iterator[Metric]:
    now = int(time.time() * 1000)
    for name, value in values.items():
        if value is not None:
            yield Metric(name, float(value), now, step)
