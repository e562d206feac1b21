"""Fine-tuning: texts per second of colike's worker and of sentence-transformers' own Trainer.

Both have the same pairs of generated texts, loss (cosine), batch size, length and precision.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

import torch

from benchmarks.encode import texts_of
from benchmarks.histories import CONFIG
from benchmarks.measuring import REPEATS
from benchmarks.peers import python_of
from benchmarks.processes import Outcome, watched
from benchmarks.results import Row, machine
from benchmarks.snapshots import pairs_of, write_snapshot
from colike.config import load_config
from colike.embedding.models import model_folder
from colike.snapshot.settings import TrainSettings, WorkerConfig
from colike.training.encoder import mixed_precision

NAME = "training"
TEXTS, PAIRS, BATCH, STEPS, TOKENS = 2000, 20_000, 32, 40, 128
LIMIT_SECONDS = 900


def measure(folder: Path) -> Iterator[Row]:
    """Measure both alternately; yields texts per second, seconds of steps and peak memory."""
    load = machine()
    commands = {name: make(folder) for name, make in SYSTEMS.items()}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in SYSTEMS}
    for _ in range(REPEATS):
        for name, command in commands.items():
            # The worker would refuse what an earlier run left, or resume it.
            shutil.rmtree(_scratch(folder) / "out", ignore_errors=True)
            outcomes[name].append(watched(command, LIMIT_SECONDS, dict(os.environ)))
    versions = {name: version(name) for name in ("sentence-transformers", "torch", "accelerate")}
    case = f"{BATCH} pairs, {TOKENS} tokens, {'bf16' if _bf16() else 'fp32'}"
    for name, runs in outcomes.items():
        error = next((run.error for run in runs if run.error), None)
        found: dict[str, tuple[float | None, str]] = {"seconds": (None, "s")}
        if error is None:
            found = {
                "texts_per_second": (median(run.said["texts_per_second"] for run in runs), ""),
                "seconds": (median(run.said["seconds"] for run in runs), "s"),
                "peak_rss_bytes": (median(run.peak_rss_bytes for run in runs), "bytes"),
            }
        for metric, (value, unit) in found.items():
            yield Row(NAME, case, name, metric, value, unit, REPEATS, load, versions, error)


def _scratch(folder: Path) -> Path:
    return (folder / "scratch" / "training").absolute()


def _bf16() -> bool:
    return mixed_precision("auto") == "bf16"


def _model() -> str:
    return str(model_folder(str(load_config(CONFIG).embed.embedders["base"].model)))


def _theirs(folder: Path) -> list[str]:
    texts, (left, right) = texts_of(folder, TEXTS), pairs_of(TEXTS, PAIRS)
    task = {
        "model": _model(), "left": [texts[i] for i in left], "right": [texts[i] for i in right],
        "labels": [float(i % 2) for i in range(PAIRS)], "batch_size": BATCH, "steps": STEPS,
        "max_tokens": TOKENS, "bf16": _bf16(), "cpu": not torch.cuda.is_available(),
    }  # fmt: skip
    file = _scratch(folder) / "task.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(task), encoding="utf-8")
    python = python_of("sentence_transformers", folder)
    return [str(python), "-m", "benchmarks.systems.st_training", str(file)]


def _ours(folder: Path) -> list[str]:
    scratch = _scratch(folder)
    settings = TrainSettings(
        objective="cosine", batch_size=BATCH, max_steps=STEPS, max_tokens=TOKENS,
        warmup_steps=STEPS // 10, checkpoint_minutes=None,
    )  # fmt: skip
    config = WorkerConfig(settings, _model(), TEXTS)
    texts = texts_of(folder, TEXTS)
    write_snapshot(scratch / "snapshot", texts, pairs_of(TEXTS, PAIRS), config)
    program = [sys.executable, "-m", "benchmarks.systems.colike_training"]
    return [*program, str(scratch / "snapshot"), str(scratch / "out")]


SYSTEMS: dict[str, Callable[[Path], list[str]]] = {
    "sentence_transformers": _theirs,
    "colike": _ours,
}
