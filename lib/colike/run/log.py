"""The run log: what every job of every run did, and whether its work is still good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import Row
from pyspark.sql import functions as F

from colike import columns as C
from colike.tables import Store, Writer

RUNS = "runs"
RUN_METRICS = "run_metrics"
Metrics = Mapping[str, tuple[float, str]]


@dataclass(frozen=True)
class Event:
    """One event of a job: started, succeeded, failed, skipped or not_run."""

    job: str
    event: str
    stage_key: str | None = None
    config_hash: str | None = None
    versions_in: Mapping[str, int] = field(default_factory=dict)
    versions_out: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True)
class RunLog:
    """Appends events and metrics of one run to `runs` and `run_metrics`."""

    store: Store
    run_id: str

    def write(self, *events: Event) -> None:
        """Append events, stamped with the time of writing, in their order."""
        now = datetime.now(UTC)
        self._append(RUNS, [{**vars(event), "at": now} for event in events])

    def write_metrics(self, job: str, metrics: Metrics) -> None:
        """Append a job's figures, each a value and its unit."""
        rows = [
            {"job": job, C.NAME: name, C.VALUE: float(value), "unit": unit}
            for name, (value, unit) in metrics.items()
        ]
        if rows:
            self._append(RUN_METRICS, rows)

    def last_success(self, job: str) -> Row | None:
        """Return the newest row of a job that succeeded, None where it never did."""
        if not self.store.exists(RUNS):
            return None
        succeeded = (F.col("job") == job) & (F.col("event") == "succeeded")
        rows = self.store.read(RUNS).where(succeeded).orderBy(F.desc("at")).limit(1).collect()
        return rows[0] if rows else None

    def last_run_of(self, job: str) -> str | None:
        """Return the run whose rows are a job's newest good ones, None where it never succeeded."""
        last = self.last_success(job)
        return None if last is None else str(last[C.RUN_ID])

    def is_done(self, job: str, stage_key: str) -> bool:
        """Return whether the job's last success had this key and its tables are still there."""
        last = self.last_success(job)
        if last is None or last["stage_key"] != stage_key:
            return False
        written: dict[str, int] = last["versions_out"] or {}
        now = self.store.versions(written)
        return all(now.get(table, -1) >= version for table, version in written.items())

    def _append(self, table: str, rows: list[dict[str, Any]]) -> None:
        Writer(self.store, self.run_id, (table,)).append(table, self.store.frame(table, rows))
