"""Logs a training to MLflow: `python -m colike.launch.mlflow_process`, with the request on stdin.

Prints the id of the run as its last line. No other module imports mlflow.
"""

import inspect
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.entities import Metric
from mlflow.models import infer_signature

from colike.launch.events import RESULT, Result, result_of

_POINT = ("loss", "learning_rate", "documents_per_second", "memory_bytes")
_FACTS = ("steps", "minutes", "documents_per_second", "labels_per_document", "recall")
_LIBRARIES = ("torch", "transformers", "sentence-transformers")
_AT_ONCE = 1000
# The tag with the hash of the model that a run logged.
_IDENTITY = "colike.model_sha256"


def main() -> int:
    """Log the training that stdin describes; returns the exit code."""
    request = json.load(sys.stdin)
    mlflow.set_tracking_uri(request["uri"])
    if request["registry_uri"]:
        mlflow.set_registry_uri(request["registry_uri"])
    try:
        mlflow.set_experiment(request["experiment"])
        result = result_of(Path(request["folder"]))
        print(json.dumps({"run_id": known(result["model_sha256"]) or log(request, result)}))
    except Exception as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def known(model_sha256: str) -> str | None:
    """Return the id of a finished run that logged this model, None if there is none."""
    query = f"tags.`{_IDENTITY}` = '{model_sha256}' and attributes.status = 'FINISHED'"
    runs = mlflow.search_runs(filter_string=query, max_results=1, output_format="list")
    return str(runs[0].info.run_id) if runs else None


def log(request: Mapping[str, Any], result: Result) -> str:
    """Log parameters, metrics, curve, files and the model with its signature."""
    folder = Path(request["folder"])
    curve = json.loads((folder / "curve.json").read_text("utf-8"))
    sha256 = result["model_sha256"]
    with mlflow.start_run(run_name=f"{request['name']} {sha256[:8]}") as run:
        mlflow.set_tags({**request["tags"], "colike.snapshot_sha256": result["snapshot"]})
        mlflow.log_params({**result["settings"], "base_model": result["base_model"]})
        points = [*_curve(curve, result["validations"]), *_figures(result)]
        for start in range(0, len(points), _AT_ONCE):
            some = points[start : start + _AT_ONCE]
            mlflow.MlflowClient().log_batch(run.info.run_id, metrics=some)
        for name in (RESULT, "curve.json", "metrics.json"):
            mlflow.log_artifact(str(folder / name))
        _log_model(folder / "model", result, request["registered_model"])
        # Last, so that only a run that logged everything has it.
        mlflow.set_tag(_IDENTITY, sha256)
        return str(run.info.run_id)


def _log_model(folder: Path, result: Result, registered: str | None) -> None:
    # Imported here: a server that is away, or has the model, is found without loading torch.
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    texts = ["A title. What it is about."]
    vectors = model.encode(texts, show_progress_bar=False).astype(np.float32)
    log_model = mlflow.sentence_transformers.log_model
    # MLflow 2 takes the path of the artifact instead of a name.
    named = "name" if "name" in inspect.signature(log_model).parameters else "artifact_path"
    # Without the build of torch (+cpu), which another package index may not have.
    needed = [f"{name}=={result['versions'][name].partition('+')[0]}" for name in _LIBRARIES]
    log_model(
        model,
        **{named: "model"},
        signature=infer_signature(texts, vectors),
        registered_model_name=registered,
        pip_requirements=needed,
    )


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


if __name__ == "__main__":
    sys.exit(main())
