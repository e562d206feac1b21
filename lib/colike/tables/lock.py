"""One run at a time per folder: Delta's commit on a local folder is check-then-rename."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from colike.errors import StoreError


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a store's folder for this process; the system frees it when the process ends.

    Raises:
        StoreError: Another process holds the store, or this user may not write to it.
    """
    with _opened(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StoreError(
                f"Store {folder} is in use by process {holder}; wait until it ends, "
                "or give another --store."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / ".lock").open("a+")
    except PermissionError as error:
        raise StoreError(
            f"Store {folder} cannot be written to by this user ({error.strerror}: "
            f"{error.filename}); give its folders to the user that runs the jobs, or give another "
            "--store."
        ) from error
