"""Runs the training worker as a process of its own, and passes on what it says."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colike.errors import ColikeError

RESULT = "result.json"
Listener = Callable[[dict[str, Any]], None]


def run_worker(snapshot: Path, out: Path, listener: Listener, processes: int = 1) -> dict[str, Any]:
    """Train from a snapshot and return result.json of the output folder.

    torch stays out of this process, where faiss is, and a fault of it cannot take Spark along.

    Args:
        snapshot: The snapshot's folder.
        out: A new folder for the model and its figures.
        listener: Called with every progress object of the worker.
        processes: How many share the work, on this machine.

    Raises:
        ColikeError: The worker failed; the message is its own.
    """
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node", str(processes)]
    command += ["-m", "colike.training.worker"]
    command += ["--snapshot", str(snapshot), "--out", str(out), "--log-format", "json"]
    command += ["--parent", str(os.getpid())]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    said: list[str] = []
    try:
        for line in process.stderr or ():
            event = _event(line)
            if event is None:
                said.append(line.strip())
            else:
                listener(event)
    finally:
        if process.poll() is None and sys.exc_info()[0] is not None:
            process.kill()
        code = process.wait()
    if code:
        last = next((line for line in reversed(said) if line), f"it ended with code {code}")
        raise ColikeError(f"The training worker failed: {last} (snapshot {snapshot}).")
    result = finished(out)
    if result is None:
        raise ColikeError(f"The training worker ended without {out / RESULT}.")
    return result


def finished(out: Path) -> dict[str, Any] | None:
    """Return result.json of a training that ended well, None where there is none.

    Its folder appears whole or not at all, so one that is there needs no training.
    """
    if not (out / RESULT).exists():
        return None
    result: dict[str, Any] = json.loads((out / RESULT).read_text("utf-8"))
    return result


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
