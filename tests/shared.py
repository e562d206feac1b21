"""Folders that take long to make, once for all of pytest-xdist's workers."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

FINISHED = "finished"


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker to ask for it makes, while others wait.

    Tests read it and never write to it.

    Args:
        temporary: Where this run of pytest keeps its folders.
        name: The folder's name.
        make: Fills it.
    """
    mine = temporary.getbasetemp()
    base = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    folder, finished = base / name, base / f"{name}.{FINISHED}"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            make(folder)
            finished.touch()
    return folder
