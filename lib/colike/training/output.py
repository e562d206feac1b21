"""The worker's output folder, which appears whole or not at all."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from colike.snapshot.manifest import MODEL
from colike.snapshot.outcome import CURVE, METRICS, RESULT, WEIGHTS
from colike.training.encoder import save_model
from colike.training.progress import Point


def write_output(
    out: Path,
    model: SentenceTransformer,
    metrics: Mapping[str, Any],
    curve: Sequence[Point],
    facts: Mapping[str, Any],
) -> None:
    """Write model/, metrics.json, curve.json and result.json next to `out`, then rename.

    A run that is killed leaves a hidden folder next to `out`, which the next run overwrites.
    """
    out = out.absolute()
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    sha256 = save_model(model, partial / MODEL)
    _write(partial / METRICS, metrics)
    _write(partial / CURVE, [asdict(point) for point in curve])
    _write(partial / RESULT, {WEIGHTS: sha256, **facts, "metrics": metrics})
    partial.replace(out)


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
