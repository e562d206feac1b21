"""Fine-tunes the base embedder on the training pairs, in a worker without Spark.

Reads: training_pairs, item_similarity, items, user_history.
Writes: models (one row per model; the row is the training's commit).
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import __version__
from colike import columns as C
from colike.config import Config, config_hash
from colike.embedding.models import Model, base_fingerprint, find_model
from colike.errors import ColikeError, ConfigError, SnapshotError
from colike.launch import Training, finished, run_worker
from colike.launch.export import SnapshotInputs, export_snapshot, snapshot_tables
from colike.launch.tracking import AUTO, track
from colike.pairs.heldout import with_group
from colike.run.chain import job_main
from colike.run.stage import Job, Stage
from colike.snapshot.manifest import VALIDATION, VECTORS, open_snapshot
from colike.snapshot.settings import WorkerConfig

FINETUNED = "finetuned"
# Figures of the worker that run_metrics has, and their units.
MEASURED = {
    "steps": "steps",
    "minutes": "min",
    "documents_per_second": "documents/s",
    "labels_per_document": "labels/document",
    "masked_share": "",
}
# Tables of a snapshot that have another name than what they are read from.
SOURCE_OF = {VALIDATION: "user_history"}


def execute(job: Job) -> None:
    """Export a snapshot, train from it, and write the model's row; nothing where no source asks."""
    config = job.config
    name = finetuned_name(config)
    if name is None:
        job.note("no embedder of kind finetuned is configured, so nothing is trained")
        return
    base = find_model(config.pairs.base_embedder, _base(config), None)
    training = Training.of(job.store.files, name, _training_id(job, base))
    if not _is_whole(training.snapshot):
        shutil.rmtree(training.snapshot, ignore_errors=True)
        _export(job, training.snapshot, base)
    result = finished(training.out) or run_worker(
        job.store.spark, config.train, training, lambda event: _report(job, event)
    )
    _track(job, name, training.out)
    model_id = str(result["model_sha256"])[:16]
    row = _row(job, model_id, name, base.location, training.out, result)
    # The newest row is what job embed takes, so a model that was chosen before comes to the front.
    job.writer.replace("models", row, f"{C.MODEL_ID} = '{model_id}'")
    for key, unit in MEASURED.items():
        job.measure(key, result[key], unit)


def finetuned_name(config: Config) -> str | None:
    """Return the name of the embedder that training makes, None where none is configured.

    Raises:
        ConfigError: There is more than one.
    """
    kinds = config.embed.embedders.items()
    names = [name for name, embedder in kinds if embedder.kind == FINETUNED]
    if len(names) > 1:
        raise ConfigError(
            f"embed.embedders has {len(names)} of kind finetuned ({', '.join(names)}); keep one."
        )
    return names[0] if names else None


def _base(config: Config) -> Any:
    return config.embed.embedders[config.pairs.base_embedder]


def _training_id(job: Job, base: Model) -> str:
    tables = {name: (job.store.table_id(name), job.reader.pinned[name]) for name in STAGE.reads}
    settings = [asdict(job.config.train), job.config.pairs.model_dump(mode="json")]
    return config_hash([__version__, settings, tables, base.model_id, base.location])[:16]


def _is_whole(snapshot: Path) -> bool:
    try:
        open_snapshot(snapshot)
    except SnapshotError:
        return False
    return True


def _export(job: Job, folder: Path, base: Model) -> None:
    items = job.read("items")
    inputs = SnapshotInputs(
        job.read("training_pairs"),
        job.read("item_similarity"),
        items,
        job.read("user_history"),
        with_group(items, job.config.pairs),
        _base_vectors(job, base) if job.config.train.objective == "head" else None,
    )
    tables = snapshot_tables(inputs)
    pinned = job.reader.pinned
    versions = {name: pinned[SOURCE_OF.get(name, name)] for name in tables if name != VECTORS}
    users = inputs.history.where(F.size("likes_train") > 0).count()
    export_snapshot(folder, tables, versions, WorkerConfig(job.config.train, base.location, users))


def _base_vectors(job: Job, base: Model) -> DataFrame:
    """What `pairs` encoded: a cache by model and text, so no version of it has to be pinned."""
    mine = job.store.read("item_embeddings").where(F.col(C.MODEL_ID) == base.model_id)
    return mine.where(F.col(C.SOURCE) == job.config.pairs.base_embedder)


def _report(job: Job, event: dict[str, Any]) -> None:
    if event["event"] == "step":
        done = float(event["step"])
        text = (
            f"steps: loss {event['loss']:.3f}, {event['documents_per_second']:.0f} documents/s, "
            f"{event['seconds_left'] / 60:.0f} min left"
        )
        job.reporter.progress(job.stage.name, done, float(event.get("steps", 0)), text)
    elif event["event"] in ("resume", "validation", "mined"):
        job.note(event["text"])


def _track(job: Job, name: str, out: Path) -> None:
    """Tell MLflow; what it refuses is an error where the config asked for it, else a note."""
    tracking = job.config.tracking
    versions = {f"colike.version.{table}": str(v) for table, v in job.reader.pinned.items()}
    try:
        run = track(tracking, name, out, {"colike.run_id": job.writer.run_id, **versions})
    except ColikeError as error:
        if tracking.uri != AUTO:
            raise
        job.note(str(error))
        return
    if run is not None:
        job.note(f"MLflow has it as run {run} of experiment {tracking.experiment}")


def _row(
    job: Job, model_id: str, name: str, base: str, out: Path, result: dict[str, Any]
) -> DataFrame:
    model = {
        C.MODEL_ID: model_id,
        C.NAME: name,
        "base": base,
        "objective": job.config.train.objective,
        "params": json.dumps(asdict(job.config.train)),
        "metrics": json.dumps(result["metrics"]),
        "curve": (out / "curve.json").read_text("utf-8"),
        "uri": str(out / "model"),
        "sha256": result["model_sha256"],
        "data_versions": json.dumps(dict(job.reader.pinned)),
        "created_at": datetime.now(UTC),
    }
    return job.store.frame("models", [model])


STAGE = Stage(
    name="train",
    reads=("training_pairs", "item_similarity", "items", "user_history"),
    writes=("models",),
    config_sections=("train", "pairs"),
    execute=execute,
    fingerprint=base_fingerprint,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
