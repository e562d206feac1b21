"""The output folder of a training, as the worker writes it and whoever takes it checks it."""

import json
from pathlib import Path
from typing import Any, Final

from colike.snapshot.manifest import MODEL
from colike.snapshot.weights import weights_sha256

RESULT: Final = "result.json"
CURVE: Final = "curve.json"
METRICS: Final = "metrics.json"
#: The key of the result that has the hash of the weights.
WEIGHTS: Final = "model_sha256"

Result = dict[str, Any]


def finished(out: Path) -> Result | None:
    """Return result.json of a finished training, None if there is none that still stands.

    The folder appears whole or not at all; what it has lost or changed since then makes it none.
    """
    *others, result = (_parsed(out / name) for name in (CURVE, METRICS, RESULT))
    if not isinstance(result, dict) or None in others:
        return None
    return result if result.get(WEIGHTS) == weights_sha256(out / MODEL) else None


def _parsed(path: Path) -> Any:
    """Return what a JSON file holds, None where it is missing or damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
