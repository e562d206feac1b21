"""One run at a time per folder: Delta's commit on a local folder is check-then-rename."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from colike.errors import StoreError

#: A disk that is full or takes no writes; the run says so (run/faults.py).
OF_THE_DISK = (errno.EROFS, errno.ENOSPC, errno.EDQUOT)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a store's folder for this process; the system frees it when the process ends.

    Raises:
        StoreError: Another process holds the store, or this user cannot write there.
        OSError: The disk is full or takes no writes.
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
    """Open the file that is locked, in a folder that is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / ".lock").open("a+", encoding="utf-8", errors="replace")
    except OSError as error:
        if error.errno in OF_THE_DISK:
            raise
        raise StoreError(
            f"Store {folder} cannot be written ({error.strerror}: {error.filename}); give another "
            "--store, or mend the folder and its rights."
        ) from error
