"""Fine-tunes the base embedder on the training pairs, in a worker without Spark.

Reads: training_pairs, item_similarity, items, user_history; item_embeddings as a cache of the base
model's vectors (objective head).
Writes: models (one row per model; the row is the training's commit).
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import config_hash
from colike.data.splits import TRAIN
from colike.embedding.cache import TABLE as EMBEDDINGS
from colike.embedding.models import Model, find_model
from colike.errors import ColikeError, ConfigError, SnapshotError, StoreError
from colike.launch.events import result_of
from colike.launch.export import SnapshotInputs, export_snapshot, snapshot_tables
from colike.launch.folders import TrainingNames
from colike.launch.tracking import AUTO, track
from colike.launch.worker import run_worker
from colike.pairs.heldout import with_group
from colike.run.code import code_version
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.snapshot.manifest import MODEL, VALIDATION, VECTORS, open_snapshot
from colike.snapshot.outcome import CURVE, RESULT, WEIGHTS, finished
from colike.snapshot.settings import WorkerConfig
from colike.tables.writes import keep, replace

TABLE = "models"
#: Fewer pairs of a label say nothing about others.
LEAST_PAIRS = 5
WORKER = "colike.training.worker"
# What the log has as the folder that the last success made.
MADE = "made"
# Figures of the worker that run_metrics has, and their units.
MEASURED = {
    "steps": "steps",
    "minutes": "min",
    "documents_per_second": "documents/s",
    "labels_per_document": "labels/document",
    "masked_share": "",
}
# What decides a training, and the tables of a snapshot under another name than their own.
TRAINED_ON = ("training_pairs", "item_similarity", "items", "user_history")
SOURCE_OF = {VALIDATION: "user_history"}


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Export a snapshot, train from it, and return the model's row."""
    name = settings.finetuned.name
    if name is None:
        note = "no embedder of kind finetuned is configured, so nothing is trained"
        return Outputs([keep(TABLE)], notes=[note])
    lacks = _lacks(inputs, settings)
    if lacks is not None:
        return Outputs([keep(TABLE)], notes=[f"{name} is not trained: {lacks}"])
    base = _base(settings)
    training = TrainingNames.of(name, _training_id(inputs, settings, base))
    if not _is_kept(inputs, training.out):
        _train(inputs, settings, training, base)
    out = inputs.files.fetch(training.out)
    result = result_of(out)
    tracked = _track(inputs, settings, name, out)
    row = _row(inputs, settings, base, training.out, result)
    # The newest row is what job embed takes, so a model that was chosen before comes first again.
    return Outputs(
        [replace(TABLE, inputs.frame(TABLE, [row]), {C.MODEL_ID: [row[C.MODEL_ID]]})],
        figures={key: (float(result[key]), unit) for key, unit in MEASURED.items()},
        notes=tracked,
        row_sets={MADE: training.out},
    )


def _train(inputs: Inputs, settings: Settings, training: TrainingNames, base: Model) -> None:
    """Train on this machine's disk, and keep what was made in the store's files.

    A training that was killed after it had ended, and before it was kept, is not repeated.
    """
    here = training.below(inputs.files.work)
    if settings.train.launcher == "spark" and not inputs.files.is_shared:
        raise ConfigError(
            "train.launcher: spark needs a store in a folder that all executors see, and the files "
            f"of this one are kept at {inputs.files.root}; use launcher: torchrun."
        )
    if finished(here.out) is None:
        shutil.rmtree(here.out, ignore_errors=True)
        if not _is_whole(here.snapshot):
            shutil.rmtree(here.snapshot, ignore_errors=True)
            _export(inputs, settings, here.snapshot, base)
        run_worker(inputs.spark, settings.train, here, lambda event: _report(inputs, event))
    inputs.files.keep(training.out, RESULT)


def _is_kept(inputs: Inputs, out: str) -> bool:
    """Return whether a training's output is kept whole; what is damaged is removed."""
    if not inputs.files.has(out):
        return False
    if finished(inputs.files.fetch(out)) is not None:
        return True
    inputs.note(f"{inputs.files.root}/{out} is damaged, so it is trained again")
    inputs.files.remove(out)
    return False


def _lacks(inputs: Inputs, settings: Settings) -> str | None:
    """Return what there is too little of to learn from, with the keys that give more."""
    pairs = inputs.read("training_pairs").where(F.col(C.SPLIT) == TRAIN)
    counts = {row[C.LABEL]: row["count"] for row in pairs.groupBy(C.LABEL).count().collect()}
    likely, others = counts.get(1, 0), counts.get(0, 0)
    if min(likely, others) < LEAST_PAIRS:
        return (
            f"{likely} training pairs of items that people like together and {others} others are "
            f"too few to learn from ({LEAST_PAIRS} of each are the least): lower pairs.threshold, "
            "pairs.min_colikes and pairs.min_likes, or give more ratings"
        )
    validated = inputs.read("user_history").where(F.size(C.LIKES_VALIDATION) > 0)
    if settings.train.validations and validated.isEmpty():
        return (
            "nobody has a like among the validation ratings, which tell when to stop: raise "
            "split.validation_share or split.validation_users, or set train.validations to 0"
        )
    return None


def _base(settings: Settings) -> Model:
    return find_model(settings.base_embedder.name, settings.base_embedder.embedder)


def _training_id(inputs: Inputs, settings: Settings, base: Model) -> str:
    """Equal for equal weights: the worker's code, settings, data and base model decide them."""
    chosen = [asdict(settings.train), settings.pairs.model_dump(mode="json")]
    pins = {table: str(inputs.pins[table]) for table in TRAINED_ON}
    return config_hash([code_version(WORKER), chosen, pins, base.model_id, base.location])[:16]


def _is_whole(snapshot: Path) -> bool:
    try:
        open_snapshot(snapshot)
    except SnapshotError:
        return False
    return True


def _export(inputs: Inputs, settings: Settings, folder: Path, base: Model) -> None:
    items, history = inputs.read("items"), inputs.read("user_history")
    tables = snapshot_tables(
        SnapshotInputs(
            inputs.read("training_pairs"),
            inputs.read("item_similarity"),
            items,
            history,
            with_group(items, settings.pairs),
            _base_vectors(inputs, settings) if settings.train.objective == "head" else None,
        )
    )
    versions = {
        name: inputs.pins[SOURCE_OF.get(name, name)].version for name in tables if name != VECTORS
    }
    users = history.where(F.size(C.LIKES_TRAIN) > 0).count()
    export_snapshot(folder, tables, versions, WorkerConfig(settings.train, base.location, users))


def _base_vectors(inputs: Inputs, settings: Settings) -> DataFrame:
    """What `pairs` encoded: all rows of the base embedder are of the one model that it has."""
    if EMBEDDINGS in inputs.touched:
        raise StoreError(
            f"Rows of table {EMBEDDINGS} were changed by something other than colike, and "
            "train.objective: head learns from them; run job pairs, which encodes them again."
        )
    return inputs.own(EMBEDDINGS).where(F.col(C.SOURCE) == settings.base_embedder.name)


def _report(inputs: Inputs, event: dict[str, Any]) -> None:
    if event["event"] == "step":
        text = (
            f"steps: loss {event['loss']:.3f}, {event['documents_per_second']:.0f} documents/s, "
            f"{event['seconds_left'] / 60:.0f} min left"
        )
        inputs.progress(float(event["step"]), float(event.get("steps", 0)), text)
    elif event["event"] in ("damaged", "resume", "validation", "mined"):
        inputs.note(event["text"])


def _track(inputs: Inputs, settings: Settings, name: str, out: Path) -> list[str]:
    """Log to MLflow; what it refuses is an error where the config asked for it, else a note."""
    tracking = settings.tracking
    versions = {f"colike.version.{table}": str(inputs.pins[table].version) for table in TRAINED_ON}
    try:
        logged = track(tracking, name, out, {"colike.run_id": inputs.run_id, **versions})
    except ColikeError as error:
        if tracking.uri != AUTO:
            raise
        return [str(error)]
    return [] if logged is None else [f"logged to MLflow as run {logged} of {tracking.experiment}"]


def _row(
    inputs: Inputs, settings: Settings, base: Model, out: str, result: Mapping[str, Any]
) -> dict[str, Any]:
    versions = {table: inputs.pins[table].version for table in TRAINED_ON}
    return {
        C.MODEL_ID: str(result[WEIGHTS])[:16],
        C.NAME: settings.finetuned.name,
        C.BASE: base.location,
        C.OBJECTIVE: settings.train.objective,
        C.PARAMS: json.dumps(asdict(settings.train)),
        C.METRICS: json.dumps(result["metrics"]),
        C.CURVE: inputs.files.read_text(f"{out}/{CURVE}"),
        C.URI: f"{out}/{MODEL}",
        C.SHA256: result[WEIGHTS],
        C.DATA_VERSIONS: json.dumps(versions),
        C.CREATED_AT: inputs.time_after(TABLE, C.CREATED_AT),
    }


def _base_model(inputs: Inputs, settings: Settings) -> str:
    return _base(settings).model_id


def _lost(inputs: Inputs) -> str | None:
    """What the last success made is kept in files, not in the table."""
    made, files = inputs.row_sets.get(MADE), inputs.files
    if made is None:
        return None
    # Weights that are kept elsewhere would have to be copied here to be looked at.
    stands = finished(files.work / made) if files.is_shared else files.has(f"{made}/{RESULT}")
    return None if stands else f"model folder {files.root}/{made} is gone or damaged"


STAGE = Stage(
    name="train",
    reads=TRAINED_ON,
    writes=(TABLE,),
    sections=("train", "pairs", "tracking", "base_embedder", "finetuned"),
    run=run,
    continues=(TABLE, EMBEDDINGS),
    fingerprint=_base_model,
    lost=_lost,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
