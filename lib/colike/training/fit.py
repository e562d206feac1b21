"""One training run from a verified snapshot to a finished output folder."""

import hashlib
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.utils import set_seed
from sentence_transformers import SentenceTransformer

from colike import __version__
from colike.errors import SnapshotError
from colike.snapshot.manifest import ITEMS, VALIDATION, VECTORS, Snapshot
from colike.snapshot.settings import TrainSettings, WorkerConfig
from colike.training.checkpoint import Checkpoints
from colike.training.encoder import (
    Encoder,
    encode,
    load_model,
    mixed_precision,
    place,
    set_dropout,
)
from colike.training.head import HeadEncoder, read_vectors
from colike.training.heldout import evaluate
from colike.training.loop import Trained, Trainer
from colike.training.objectives import OBJECTIVES
from colike.training.objectives.base import TrainData, unique_rows
from colike.training.output import write_output
from colike.training.progress import Progress
from colike.training.readers.base import PairBatch
from colike.training.running import of_first_process
from colike.training.texts import Dropping, Tokens, read_texts, tokenise
from colike.training.validation import Best, ValidationUsers, liked_items, recall_of_neighbours

_LIBRARIES: Final = ("torch", "transformers", "sentence-transformers", "accelerate", "pyarrow")


def fit(
    snapshot: Snapshot,
    config: WorkerConfig,
    out: Path,
    progress: Progress,
    threads: int | None = None,
) -> None:
    """Fine-tune, evaluate and save; `out` appears whole at the end, or not at all.

    An interrupted run resumes from its last checkpoint when it is called again with the same
    snapshot, config, number of processes and `out`.

    Args:
        snapshot: a verified snapshot.
        config: the settings, and the base model as a folder.
        out: a folder that does not exist, or is empty.
        progress: where points and messages go.
        threads: CPU threads of torch; None leaves them to OMP_NUM_THREADS.

    Raises:
        ConfigError: the settings do not fit the model.
        SnapshotError: the pairs cannot be trained on.
        DependencyError: the base model or the reader's library is missing.
    """
    settings = config.settings
    accelerator = _accelerator(settings, threads)
    model = load_model(config.base_model, settings.max_tokens)
    if settings.dropout is not None:
        set_dropout(model, settings.dropout)
    tokens = _tokens(model, snapshot, settings)
    place(model, accelerator.device)
    dimensions = encode(Encoder(model, tokens), tokens.items[:1], accelerator).shape[1]
    data = TrainData(snapshot, settings, dimensions, config.users)
    objective = OBJECTIVES[settings.objective](data)
    heldout = data.pairs("heldout")
    if accelerator.is_main_process:
        _announce(progress, accelerator, settings, objective.rows, len(heldout))
    encoder = _encoder(model, tokens, snapshot, settings, accelerator)
    base = _measure(encoder, heldout, accelerator)
    best = _best(snapshot, settings, accelerator)
    checkpoints = Checkpoints.next_to(out, _run_id(snapshot, config, accelerator), accelerator)
    trainer = Trainer(encoder, objective, settings, accelerator, progress, best, checkpoints)
    trained = trainer.run()
    finetuned = _measure(encoder, heldout, accelerator)
    if accelerator.is_main_process:
        metrics = {"base": base, "finetuned": finetuned}
        facts = _facts(trained, config, accelerator, snapshot)
        facts["validations"] = progress.validations
        write_output(out, encoder.as_model(), metrics, progress.points, facts)
        checkpoints.remove()
        progress.say("done", _verdict(out, metrics), out=str(out), metrics=metrics)
    accelerator.end_training()


def _accelerator(settings: TrainSettings, threads: int | None) -> Accelerator:
    if threads is not None:
        torch.set_num_threads(threads)
    # Models have layers that pooling does not use (BERT's pooler), and DDP has to know. A head
    # has none, and DDP would warn of that.
    unused = DistributedDataParallelKwargs(find_unused_parameters=settings.objective != "head")
    accelerator = Accelerator(
        # By default accelerate lets each process of a group without a GPU run alone.
        cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
        mixed_precision=mixed_precision(settings.precision),
        kwargs_handlers=[unused],
    )
    # Each process draws its own dropout; the order of pairs depends on the settings' seed.
    set_seed(settings.seed, device_specific=True)
    return accelerator


def _tokens(model: SentenceTransformer, snapshot: Snapshot, settings: TrainSettings) -> Tokens:
    dropping = None
    if settings.drop_sentences or settings.drop_title:
        dropping = Dropping(settings.drop_title, settings.drop_sentences, settings.seed)
    items, texts = read_texts(snapshot.files(ITEMS))
    return tokenise(model.tokenizer, items, texts, settings.max_tokens, dropping)


def _encoder(
    model: SentenceTransformer,
    tokens: Tokens,
    snapshot: Snapshot,
    settings: TrainSettings,
    accelerator: Accelerator,
) -> Encoder | HeadEncoder:
    """Return what is trained: the model, or a map of its vectors, encoded unless given."""
    whole = Encoder(model, tokens)
    if settings.objective != "head":
        return whole
    vectors = read_vectors(snapshot.files(VECTORS), tokens.items)
    if vectors is None:
        vectors = encode(whole, tokens.items, accelerator)
    head = HeadEncoder(model, tokens.items, vectors)
    head.to(accelerator.device)
    return head


def _best(snapshot: Snapshot, settings: TrainSettings, accelerator: Accelerator) -> Best | None:
    """Return the validation that the settings ask for; the first process alone computes it."""
    if not settings.validations:
        return None
    among = liked_items(snapshot.files(ITEMS))
    users = ValidationUsers.read(snapshot.files(VALIDATION), among)
    if not users.held:
        raise SnapshotError(
            f"{snapshot.folder / VALIDATION}: no user with a validation like, which "
            f"train.validations={settings.validations} needs; set "
            "it to 0 or raise split.validation_users"
        )

    def recall(model: torch.nn.Module) -> float:
        value = 0.0
        if accelerator.is_main_process:
            value = recall_of_neighbours(encode(model, among, accelerator), users)
        return of_first_process(value, accelerator)

    return Best(recall, settings.validations, settings.patience)


def _run_id(snapshot: Snapshot, config: WorkerConfig, accelerator: Accelerator) -> str:
    """Return a hash of all that decides the weights, the number of processes included."""
    what = [
        __version__, snapshot.sha256, config.base_model, asdict(config.settings),
        accelerator.num_processes, str(accelerator.device.type), accelerator.mixed_precision,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _measure(
    encoder: torch.nn.Module, pairs: PairBatch, accelerator: Accelerator
) -> dict[str, Any]:
    """Return the model's metrics on held-out pairs; the main process alone computes them."""
    if not accelerator.is_main_process or not len(pairs):
        return {}
    items, (left, right) = unique_rows(pairs.item_a, pairs.item_b)
    vectors = encode(encoder, items, accelerator)
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right]).astype(np.float64)
    return evaluate(pairs, cosines)


def _facts(
    trained: Trained, config: WorkerConfig, accelerator: Accelerator, snapshot: Snapshot
) -> dict[str, Any]:
    documents = trained.documents * accelerator.num_processes
    return {
        "steps": trained.steps,
        "planned_steps": trained.planned_steps,
        "stopped_by": trained.stopped_by,
        "minutes": trained.seconds / 60,
        "learning_rate": trained.learning_rate,
        "batch_size": trained.batch_size,
        "best_step": trained.best_step,
        "recall": trained.recall,
        "documents_per_second": documents / trained.seconds,
        "labels_per_document": trained.comparisons / max(1, trained.documents),
        "masked_share": trained.masked / max(1, trained.masked + trained.comparisons),
        "device": str(accelerator.device),
        "processes": accelerator.num_processes,
        "precision": "bf16" if accelerator.mixed_precision == "bf16" else "fp32",
        "base_model": config.base_model,
        "settings": asdict(config.settings),
        "versions": {
            "colike": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "snapshot": snapshot.sha256,
    }


def _announce(
    progress: Progress, accelerator: Accelerator, settings: TrainSettings, rows: int, heldout: int
) -> None:
    device, precision = str(accelerator.device), accelerator.mixed_precision
    progress.say(
        "start",
        f"{settings.objective} on {device}, mixed precision {precision}: "
        f"{rows} rows per epoch, {heldout} held-out pairs",
        objective=settings.objective,
        device=device,
        mixed_precision=precision,
        rows=rows,
        heldout=heldout,
    )


def _verdict(out: Path, metrics: dict[str, Any]) -> str:
    before, after = (metrics[name].get("auc") for name in ("base", "finetuned"))
    if before is None or after is None:
        return f"wrote {out}; no held-out pairs of both labels to compare on"
    return f"wrote {out}; AUC on held-out pairs {before:.3f} -> {after:.3f}"
