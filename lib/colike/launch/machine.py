"""The worker as a process of its own on this machine, or as one process per GPU of it."""

import os
import subprocess
import sys
from contextlib import suppress

from colike.launch.events import Listener, arguments, event_of, failure, result_of
from colike.launch.folders import Training
from colike.snapshot.outcome import Result

# How long torchrun may take to end its processes before it is killed.
SECONDS_TO_END = 10.0
#: Workers of this process that have not ended.
_RUNNING: "list[subprocess.Popen[str]]" = []


def run_here(training: Training, listener: Listener, processes: int = 1) -> Result:
    """Train on this machine and return result.json of the output folder.

    Whatever interrupts this call, Ctrl-C included, ends the worker's processes before it is
    raised. The last checkpoint stays, so the same call resumes from it.

    Args:
        training: The snapshot's folder, and a new folder for the model and its figures.
        listener: Called with every progress object of the worker.
        processes: How many share the work.

    Raises:
        ColikeError: The worker failed; the message is its own.
    """
    # In a session of its own: Ctrl-C in a terminal signals the whole process group, and the
    # worker, or torchrun, would answer it with tracebacks while this process ends it.
    process = subprocess.Popen(
        _command(training, processes),
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        umask=0o077,  # models are made from what people like
    )
    _RUNNING.append(process)
    try:
        others = _listen(process, listener)
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    finally:
        _RUNNING.remove(process)
    if code:
        raise failure(others, training.snapshot, code)
    return result_of(training.out)


def end_workers() -> None:
    """End all workers of this process at once, before it ends without unwinding its calls."""
    for process in _RUNNING:
        _end(process)


def _command(training: Training, processes: int) -> list[str]:
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    return [
        sys.executable,
        *(torchrun if processes > 1 else []),
        *("-m", "colike.training.worker"),
        *arguments(training),
        *("--parent", str(os.getpid())),
    ]


def _listen(process: "subprocess.Popen[str]", listener: Listener) -> str:
    """Pass on progress objects until the worker ends; returns what else it wrote to stderr."""
    others: list[str] = []
    for line in process.stderr or ():
        event = event_of(line)
        if event is None:
            others.append(line)
        else:
            listener(event)
    return "".join(others)


def _end(process: "subprocess.Popen[str]") -> None:
    """End the worker at once; torchrun passes SIGTERM on to the processes that it started."""
    process.terminate()
    try:
        with suppress(subprocess.TimeoutExpired):
            # It reads what is left of stderr, because a full pipe would hold torchrun up.
            process.communicate(timeout=SECONDS_TO_END)
    finally:
        process.kill()
        process.wait()
