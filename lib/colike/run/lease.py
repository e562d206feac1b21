"""One run at a time per store: a lock where the store is a folder, else a lease row in `runs`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path

from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import StoreError
from colike.run.failures import in_addition
from colike.run.log import LEASE, RUNS, Event, event_rows, now
from colike.tables import Store, folder_lock, writes
from colike.tables.ledger import Ledger
from colike.tables.location import FolderLocation
from colike.tables.writer import Writer

HELD, RELEASED = "held", "released"
RENEW_SECONDS = 300.0
#: A lease that was not renewed for so long is of a run that was killed.
STALE = timedelta(minutes=30)


def locked_folder(store: Store) -> Path | None:
    """Return the folder that is locked for a store; None where a row of `runs` is its lease."""
    return store.location.local if isinstance(store.location, FolderLocation) else None


@contextmanager
def hold(store: Store, run_id: str) -> Iterator[None]:
    """Hold the store for a run, so that no other writes to it meanwhile.

    A folder is locked by the system, which frees it when the process ends, however it ends. A URI
    or a catalog has no such lock: there a row of `runs` is the lease, which is renewed while the
    run works and taken over when it is stale, or when it is of the same run id.

    Raises:
        StoreError: Another run holds the store.
    """
    folder = locked_folder(store)
    if folder is not None:
        with folder_lock(folder):
            yield
        return
    lease = Lease(store, run_id)
    lease.take()
    try:
        yield
    except BaseException as error:
        in_addition(error, "the lease of the store could not be given back", lease.release)
        raise
    lease.release()


@dataclass
class Lease:
    """The lease of a store at a URI or in a catalog."""

    store: Store
    run_id: str
    _stopped: threading.Event = field(default_factory=threading.Event)
    _renewal: threading.Thread | None = None

    def __post_init__(self) -> None:
        # It is renewed beside the run's commits, which are signed by a setting of their session.
        self.store = replace(self.store, spark=self.store.spark.newSession())

    def take(self) -> None:
        """Take the lease and keep it renewed.

        Raises:
            StoreError: Another run has it.
        """
        self._require_free()
        try:
            self._write(HELD)
        except Exception as error:
            if "Concurrent" in type(error).__name__:
                self._require_free()
            raise
        # Where a storage cannot refuse one of two commits made at once, the last one stands.
        self._require_free()
        self._renewal = threading.Thread(target=self._renew, daemon=True)
        self._renewal.start()

    def stop_renewing(self) -> None:
        """Leave the lease as it is: it becomes stale in time."""
        self._stopped.set()
        if self._renewal is not None:
            self._renewal.join()

    def release(self) -> None:
        """Give the lease back."""
        self.stop_renewing()
        self._write(RELEASED)

    def _require_free(self) -> None:
        if not self.store.exists(RUNS):
            return
        mine = F.col(C.JOB) == LEASE
        at = F.col(C.AT).cast("double").alias(C.AT)
        leases = self.store.read(RUNS).where(mine).orderBy(F.desc(C.AT)).limit(1)
        for row in leases.select(C.RUN_ID, C.EVENT, at).collect():
            age = now().astimezone(UTC).timestamp() - row[C.AT]
            is_other = row[C.EVENT] == HELD and row[C.RUN_ID] != self.run_id
            if is_other and age < STALE.total_seconds():
                raise StoreError(
                    f"Store {self.store.location.name} is in use by run {row[C.RUN_ID]}, which "
                    f"renewed its lease {age:.0f} s ago; wait until it ends. If it was killed, its "
                    f"lease is taken over after {STALE.total_seconds() / 60:.0f} minutes."
                )

    def _write(self, event: str) -> None:
        rows = event_rows([Event(LEASE, event, now())], None)
        frame = self.store.frame(RUNS, rows)
        ledger = Ledger.read(self.store, [RUNS], {})
        writer = Writer(ledger, self.run_id, (RUNS,))
        writer.apply([writes.replace(RUNS, frame, {C.JOB: [LEASE]})])

    def _renew(self) -> None:
        while not self._stopped.wait(RENEW_SECONDS):
            try:
                self._write(HELD)
            except Exception:  # another commit came between: the next renewal is soon enough
                continue
