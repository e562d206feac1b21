"""The worker's output folder: complete, or not there."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from colike.errors import ConfigError
from colike.snapshot.manifest import MODEL
from colike.training.encoder import save_model
from colike.training.progress import Point


def refuse_used(out: Path) -> None:
    """Check before any work that the output can be put there.

    Raises:
        ConfigError: `out` holds something.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: exists and is not empty; name a new folder or remove it")


def write_output(
    out: Path,
    model: SentenceTransformer,
    metrics: Mapping[str, Any],
    curve: Sequence[Point],
    facts: Mapping[str, Any],
) -> None:
    """Write model/, metrics.json, curve.json and result.json beside `out`, then rename.

    A run that is killed leaves a hidden folder beside `out` that the next run writes anew.
    """
    out = out.absolute()
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    sha256 = save_model(model, partial / MODEL)
    _write(partial / "metrics.json", metrics)
    _write(partial / "curve.json", [asdict(point) for point in curve])
    _write(partial / "result.json", {"model_sha256": sha256, **facts, "metrics": metrics})
    partial.replace(out)


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
