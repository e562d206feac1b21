"""One run at a time per store: Delta's commit on a local folder is check-then-rename."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from colike.errors import StoreError
from colike.tables.location import CatalogLocation, FolderLocation


@contextmanager
def store_lock(location: FolderLocation | CatalogLocation) -> Iterator[None]:
    """Hold the store for this process; the system frees it when the process ends or is killed.

    A store that is not a local folder has no such lock: there the scheduler runs one at a time
    (`max_concurrent_runs: 1`) and Delta refuses conflicting commits.

    Raises:
        StoreError: Another process holds the store.
    """
    folder = location.local if isinstance(location, FolderLocation) else None
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StoreError(
                f"Store {location.name} is in use by process {holder}; wait until it ends, "
                "or give another --store."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
