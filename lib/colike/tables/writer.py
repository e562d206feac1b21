"""Writes the tables of one job: every row conforms to its contract and carries the run."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import QualityError, StoreError
from colike.tables.contracts import contracts
from colike.tables.difference import CHANGE, DELETE, row_difference
from colike.tables.store import Store

BROKEN_CHECK = re.compile(r"(?:CHECK|NOT NULL) constraint .*", re.IGNORECASE)
MERGED = ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted")


@dataclass
class Writer:
    """Writes the tables that a job declares; keeps the versions and rows it wrote."""

    store: Store
    run_id: str
    tables: Sequence[str]
    versions: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def overwrite(self, table: str, frame: DataFrame) -> None:
        """Replace all rows of the table in one commit."""
        self.replace(table, frame, "true")

    def replace(self, table: str, frame: DataFrame, where: str) -> None:
        """Replace the rows that fulfil `where` (SQL) by `frame`, which must fulfil it too."""
        rows = self._prepared(table, frame)
        target = self.store.location.identifier(table)
        self._commit(table, lambda: rows.writeTo(target).overwrite(F.expr(where)))

    def append(self, table: str, frame: DataFrame) -> None:
        """Add rows."""
        rows = self._prepared(table, frame)
        target = self.store.location.identifier(table)
        self._commit(table, lambda: rows.writeTo(target).append())

    def merge(self, table: str, frame: DataFrame) -> None:
        """Make the table equal to `frame` by its primary key, touching only rows that differ.

        An unchanged frame makes no new version, so that later jobs find nothing to do.
        """
        if not self.store.exists(table):
            self.overwrite(table, frame)
            return
        wanted = self._prepared(table, frame)
        difference = row_difference(self.store.read(table), wanted, table).cache()
        try:
            if difference.isEmpty():
                self.keep(table)
            else:
                self._commit(table, lambda: self._merge(table, difference))
        finally:
            difference.unpersist()

    def keep(self, table: str) -> None:
        """Say that the table is as it should be, so that nothing is written."""
        version = self.store.version(table)
        self.versions[table] = 0 if version is None else version
        self.rows.setdefault(table, 0)

    def _prepared(self, table: str, frame: DataFrame) -> DataFrame:
        if table not in self.tables:
            raise StoreError(f"This job declares to write {list(self.tables)}, not {table}.")
        self.store.create(table)
        with_run = frame.withColumn(C.RUN_ID, F.lit(self.run_id))
        return contracts()[table].conform(with_run, self.store.ids)

    def _merge(self, table: str, difference: DataFrame) -> None:
        from delta.tables import DeltaTable

        target = DeltaTable.forName(self.store.spark, self.store.location.identifier(table))
        contract = contracts()[table]
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

    def _commit(self, table: str, commit: Callable[[], None]) -> None:
        try:
            commit()
        except Exception as error:
            broken = BROKEN_CHECK.search(str(error))
            if broken is None:
                raise
            raise QualityError(
                f"Rows for table {table} break its contract, conf/tables/{table}.yml: "
                f"{broken[0]} The table keeps its last version."
            ) from error
        self._note(table)

    def _note(self, table: str) -> None:
        identifier = self.store.location.identifier(table)
        row = self.store.spark.sql(f"DESCRIBE HISTORY {identifier} LIMIT 1").collect()[0]
        metrics = row["operationMetrics"]
        counted = MERGED if MERGED[0] in metrics else ("numOutputRows",)
        written = sum(int(metrics.get(name, 0)) for name in counted)
        self.versions[table] = int(row["version"])
        self.rows[table] = self.rows.get(table, 0) + written
