"""One run at a time per store: a lock where the store is a folder, else a lease row in `runs`."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path

from pyspark.sql import Row
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import StoreError, text_of
from colike.run.failures import in_addition
from colike.run.log import LEASE, RUNS, Event, event_rows, now
from colike.tables import Store, folder_lock, writes
from colike.tables.ledger import Ledger
from colike.tables.location import FolderLocation
from colike.tables.state import after_commit
from colike.tables.writer import Writer

HELD, RELEASED = "held", "released"
RENEW_SECONDS = 300.0
#: A lease that was not renewed for so long is of a run that was killed.
STALE = timedelta(minutes=30)
#: Times that a run tries to take a lease while others commit to the log.
MOST_TRIES = 5
#: How Delta calls a commit that it refused because another one came between.
REFUSED = re.compile(r"Concurrent\w*Exception|(?:Metadata|Protocol)ChangedException")


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
        if not any(self._is_taken() for _ in range(MOST_TRIES)):
            raise StoreError(
                f"The log of store {self.store.location.name} could not be written to: others "
                f"commit to it all the time ({MOST_TRIES} tries); run the same command again."
            )
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

    def _is_taken(self) -> bool:
        """Take the lease if it is free; return whether the commit stands.

        Each run writes a row of its own. Of two that both found the lease free the one has it
        whose row was there first, by the order in which Delta made their commits.
        """
        since = self._version()
        ended = self._require_free(self._leases(since))
        try:
            self._write(HELD, ended)
        except Exception as error:
            if REFUSED.search(f"{type(error).__name__} {text_of(error)}") is None:
                raise
            return False
        for version in range(since + 1, self._version() + 1):
            leases = self._leases(version)
            if any(row[C.RUN_ID] == self.run_id and row[C.EVENT] == HELD for row in leases):
                self._give_way(leases)
                return True
        # Where a storage cannot refuse one of two commits made at once, the last one stands.
        return False

    def _give_way(self, leases: Sequence[Row]) -> None:
        """Give the lease back where another run has it as well."""
        try:
            self._require_free(leases)
        except StoreError as error:
            in_addition(error, "its row could not be taken back", lambda: self._write(RELEASED))
            raise

    def _version(self) -> int:
        """Return the newest version of the log, -1 where there is none yet."""
        if not self.store.exists(RUNS):
            return -1
        return int(after_commit(self.store.spark, self.store.location.identifier(RUNS))["version"])

    def _leases(self, version: int) -> list[Row]:
        """Return the rows of leases as they were in a version of the log."""
        if version < 0:
            return []
        rows = self.store.read(RUNS, version).where(F.col(C.JOB) == LEASE)
        return rows.select(C.RUN_ID, C.EVENT, F.col(C.AT).cast("double").alias(C.AT)).collect()

    def _require_free(self, leases: Sequence[Row]) -> list[str]:
        """Return the runs whose leases have ended; raises StoreError where another holds it."""
        others = [row for row in leases if row[C.RUN_ID] != self.run_id]
        for row in others:
            age = now().astimezone(UTC).timestamp() - row[C.AT]
            # One from the future was renewed before this machine's clock was put back.
            if row[C.EVENT] == HELD and abs(age) < STALE.total_seconds():
                raise StoreError(
                    f"Store {self.store.location.name} is in use by run {row[C.RUN_ID]}, which "
                    f"renewed its lease {age:.0f} s ago; wait until it ends. If it was killed, its "
                    f"lease is taken over after {STALE.total_seconds() / 60:.0f} minutes."
                )
        return [row[C.RUN_ID] for row in others]

    def _write(self, event: str, ended: Sequence[str] = ()) -> None:
        """Write this run's row, in place of its last one and of those of runs that have ended."""
        rows = event_rows([Event(LEASE, event, now())], None)
        frame = self.store.frame(RUNS, rows)
        ledger = Ledger.read(self.store, [RUNS], {})
        writer = Writer(ledger, self.run_id, (RUNS,), counts=False)
        replaced = {C.JOB: [LEASE], C.RUN_ID: [self.run_id, *ended]}
        writer.apply([writes.replace(RUNS, frame, replaced)])

    def _renew(self) -> None:
        while not self._stopped.wait(RENEW_SECONDS):
            try:
                self._write(HELD)
            except Exception:  # another commit came between: the next renewal is soon enough
                continue
