"""What the worker reports and writes: progress objects, errors, and result.json."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colike.errors import ColikeError
from colike.launch.folders import Training
from colike.snapshot.outcome import Result, finished

Listener = Callable[[dict[str, Any]], None]
#: What torchrun says of a process that was killed; those that it ends itself get SIGTERM.
TOLD_BY_TORCHRUN = "Signal 9 (SIGKILL) received by PID"
KILLED = (
    "it was killed, as the system does when memory runs out; run job train again, which resumes "
    "from the last checkpoint, with a smaller train.batch_size if it happens again"
)


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


def failure(output: str, snapshot: Path, code: int | None = None) -> ColikeError:
    """Return the error of a failed worker: that it was killed, its own message, or its last line.

    Args:
        output: What it wrote to stderr.
        snapshot: What it trained from.
        code: Its exit code, where it was a process of this one.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    own = [line for line in lines if re.match(r"[A-Z]\w+Error: ", line)]
    # Others of its processes then fail as well, of what they no longer hear from it.
    if code == -signal.SIGKILL or TOLD_BY_TORCHRUN in output:
        own = [KILLED]
    last = (own or lines or [f"it printed nothing, and ended with code {code}"])[-1]
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
