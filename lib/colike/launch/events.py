"""What the worker says and leaves: progress objects, errors, and result.json."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colike.errors import ColikeError
from colike.launch.folders import Training

RESULT = "result.json"
Listener = Callable[[dict[str, Any]], None]
Result = dict[str, Any]


def arguments(training: Training) -> list[str]:
    """The worker's command line, but for who watches it."""
    folders = ["--snapshot", str(training.snapshot), "--out", str(training.out)]
    return [*folders, "--log-format", "json"]


def event_of(line: str) -> dict[str, Any] | None:
    """The progress object of a line; None for a line that is something else."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def failure(said: str, snapshot: Path) -> ColikeError:
    """The error of a worker that failed: its own account of it, or the last that it said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    own = [line for line in lines if re.match(r"[A-Z]\w+Error: ", line)]
    last = (own or lines or ["it said nothing"])[-1]
    return ColikeError(f"The training worker failed: {last} (snapshot {snapshot}).")


def finished(out: Path) -> Result | None:
    """Return result.json of a training that ended well, None where there is none.

    Its folder appears whole or not at all, so one that is there needs no training.
    """
    if not (out / RESULT).exists():
        return None
    result: Result = json.loads((out / RESULT).read_text("utf-8"))
    return result


def result_of(out: Path) -> Result:
    """Return result.json of a worker that ended without an error.

    Raises:
        ColikeError: It is not there.
    """
    result = finished(out)
    if result is None:
        raise ColikeError(f"The training worker ended without {out / RESULT}.")
    return result
