"""What the worker reports and writes: progress objects, errors, and result.json."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colike.errors import ColikeError
from colike.launch.folders import Training
from colike.snapshot.outcome import Result, finished

Listener = Callable[[dict[str, Any]], None]


def arguments(training: Training) -> list[str]:
    """Return the worker's arguments, apart from the process that it depends on."""
    folders = ["--snapshot", str(training.snapshot), "--out", str(training.out)]
    return [*folders, "--log-format", "json"]


def event_of(line: str) -> dict[str, Any] | None:
    """Return the progress object of a line; None for any other line."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def failure(output: str, snapshot: Path) -> ColikeError:
    """Return the error of a failed worker: its own message, or the last line of its output."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    own = [line for line in lines if re.match(r"[A-Z]\w+Error: ", line)]
    last = (own or lines or ["it printed nothing"])[-1]
    return ColikeError(f"The training worker failed: {last} (snapshot {snapshot}).")


def result_of(out: Path) -> Result:
    """Return result.json of a worker that ended without an error.

    Raises:
        ColikeError: It has left no output, or half of one.
    """
    result = finished(out)
    if result is None:
        raise ColikeError(f"The training worker ended without a whole {out}.")
    return result
