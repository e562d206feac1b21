"""The worker as a process of its own on this machine, or as one process per GPU of it."""

import os
import subprocess
import sys

from colike.launch.events import Listener, Result, arguments, event_of, failure, result_of
from colike.launch.folders import Training


def run_here(training: Training, listener: Listener, processes: int = 1) -> Result:
    """Train on this machine and return result.json of the output folder.

    Args:
        training: The snapshot's folder, and a new one for the model and its figures.
        listener: Called with every progress object of the worker.
        processes: How many share the work.

    Raises:
        ColikeError: The worker failed; the message is its own.
    """
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node", str(processes)]
    command += ["-m", "colike.training.worker", *arguments(training)]
    command += ["--parent", str(os.getpid())]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    said: list[str] = []
    try:
        for line in process.stderr or ():
            event = event_of(line)
            if event is None:
                said.append(line)
            else:
                listener(event)
    finally:
        if process.poll() is None and sys.exc_info()[0] is not None:
            process.kill()
        code = process.wait()
    if code:
        raise failure("".join(said) or f"it ended with code {code}", training.snapshot)
    return result_of(training.out)
