"""Writes the tables of one job: every row conforms to its contract and carries the run."""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import QualityError, StoreError
from colike.tables.contracts import contracts
from colike.tables.difference import CHANGE, DELETE, row_difference
from colike.tables.ledger import Ledger
from colike.tables.maintenance import optimize, vacuum
from colike.tables.state import Pin, after_commit, signed
from colike.tables.store import Store
from colike.tables.writes import Where, Write

BROKEN_CHECK = re.compile(r"(?:CHECK|NOT NULL) constraint .*", re.IGNORECASE)
# Delta's metrics that add up to the rows of a commit: of a merge, a write, or a deletion. A write
# that replaces rows counts those as deleted too, which are no rows of the job.
MERGED = ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted")
METRICS = (MERGED, ("numOutputRows",), ("numDeletedRows",))


@dataclass
class Writer:
    """Carries out the writes of one job; keeps the pins and row counts of what it wrote.

    With `counts` off it does not look its commits up: the log is neither pinned nor counted.
    """

    ledger: Ledger
    run_id: str
    tables: Sequence[str]
    pins: dict[str, Pin] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: bool = True

    @property
    def store(self) -> Store:
        """The store that is written to."""
        return self.ledger.store

    def apply(self, writes: Iterable[Write]) -> None:
        """Carry out writes in their order.

        Raises:
            StoreError: The job does not declare the table.
            SchemaError: The rows' columns are not the contract's.
            QualityError: A row breaks a check of the contract; the table keeps its last version.
        """
        for write in writes:
            if write.table not in self.tables and write.how not in ("optimize", "vacuum"):
                declared = ", ".join(self.tables) or "none"
                raise StoreError(
                    f"This job declares the tables it writes ({declared}), and {write.table} is "
                    "not among them; add it to `writes` of the job's Stage."
                )
            getattr(self, f"_{write.how}")(write)

    def _overwrite(self, write: Write) -> None:
        rows = self._prepared(write)
        self._commit(write.table, lambda: rows.writeTo(self._name(write)).overwrite(F.lit(True)))

    def _append(self, write: Write) -> None:
        rows = self._prepared(write)
        self._commit(write.table, lambda: rows.writeTo(self._name(write)).append())

    def _replace(self, write: Write) -> None:
        rows, condition = self._prepared(write), has(write.where)
        self._commit(write.table, lambda: rows.writeTo(self._name(write)).overwrite(condition))

    def _merge(self, write: Write) -> None:
        if write.table not in self.ledger.states:
            self._overwrite(write)
            return
        wanted = self._prepared(write)
        difference = row_difference(self.store.read(write.table), wanted, write.table).cache()
        try:
            if difference.isEmpty():
                self._keep(write)
            else:
                self._commit(write.table, lambda: self._merge_rows(write, difference))
        finally:
            difference.unpersist()

    def _keep(self, write: Write) -> None:
        """Note that the table is as it should be; it is created if it does not exist."""
        self.ledger.prepare(write.table)
        self.pins[write.table] = self.ledger.states[write.table].pin
        self.rows.setdefault(write.table, 0)

    def _trim(self, write: Write) -> None:
        if write.table not in self.ledger.states:
            return
        if self._has_others(write):
            self._commit(write.table, lambda: self._delete_others(write))
        else:
            self._keep(write)

    def _prune(self, write: Write) -> None:
        if self._has_others(write):
            self._keep_house(write.table, lambda: self._delete_others(write))

    def _has_others(self, write: Write) -> bool:
        return not self.store.read(write.table).where(~has(write.where)).isEmpty()

    def _delete_others(self, write: Write) -> None:
        from delta.tables import DeltaTable

        DeltaTable.forName(self.store.spark, self._name(write)).delete(~has(write.where))

    def _optimize(self, write: Write) -> None:
        if write.table in self.ledger.states:
            self._keep_house(write.table, lambda: optimize(self.store, write.table))

    def _vacuum(self, write: Write) -> None:
        """Files are listed only if any can be old enough: listing takes longer than removing."""
        state = self.ledger.states.get(write.table)
        replaced_at = None if state is None else state.replaced_at
        if replaced_at is not None and replaced_at < time.time() - write.hours * 3600:
            self._keep_house(write.table, lambda: vacuum(self.store, write.table, write.hours))

    def _prepared(self, write: Write) -> DataFrame:
        self.ledger.prepare(write.table)
        with_run = write.rows.withColumn(C.RUN_ID, F.lit(self.run_id))
        return contracts()[write.table].conform(with_run, self.store.ids)

    def _name(self, write: Write) -> str:
        return self.store.location.identifier(write.table)

    def _merge_rows(self, write: Write, difference: DataFrame) -> None:
        from delta.tables import DeltaTable

        target = DeltaTable.forName(self.store.spark, self._name(write))
        contract = contracts()[write.table]
        same_key = " AND ".join(f"t.`{key}` = s.`{key}`" for key in contract.primary_key)
        values = {f"`{column.name}`": f"s.`{column.name}`" for column in contract.columns}
        (
            target.alias("t")
            .merge(difference.alias("s"), same_key)
            .whenMatchedDelete(f"s.{CHANGE} = '{DELETE}'")
            .whenMatchedUpdate(set=values)
            .whenNotMatchedInsert(values=values)
            .execute()
        )

    def _commit(self, table: str, commit: Callable[[], object]) -> None:
        state = self.ledger.states[table]
        try:
            with signed(self.store.spark, state.pin.table_id):
                commit()
        except Exception as error:
            broken = BROKEN_CHECK.search(str(error))
            if broken is None:
                raise
            raise QualityError(
                f"Rows for table {table} break its contract, conf/tables/{table}.yml: "
                f"{broken[0]} The table keeps its last version."
            ) from error
        if self.counts:
            self._count(table)

    def _count(self, table: str) -> None:
        row = after_commit(self.store.spark, self.store.location.identifier(table))
        metrics = row["operationMetrics"]
        self.ledger.committed(table, int(row["version"]))
        self.pins[table] = self.ledger.states[table].pin
        counted = next((names for names in METRICS if names[0] in metrics), ())
        written = sum(int(metrics.get(name, 0)) for name in counted)
        self.rows[table] = self.rows.get(table, 0) + written

    def _keep_house(self, table: str, work: Callable[[], object]) -> None:
        state = self.ledger.states[table]
        with signed(self.store.spark, state.pin.table_id):
            work()


def has(where: Where) -> Column:
    """Return the condition that a row has one of these values in each column."""
    conditions = (F.col(column).isin(list(values)) for column, values in where.items())
    return reduce(Column.__and__, conditions, F.lit(True))
