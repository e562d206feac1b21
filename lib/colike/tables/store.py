"""The store: creates, pins and reads Delta tables; writing is in `writer`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from colike import columns as C
from colike.errors import StoreError
from colike.tables.contracts import IdTypes, TableContract, contracts
from colike.tables.location import CatalogLocation, FolderLocation, locate

HOUSEKEEPING = ("OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES")
PROPERTIES = {
    # Other engines (delta-rs, plain Spark) read tables without deletion vectors.
    "delta.enableDeletionVectors": "false",
}


class Tables(Protocol):
    """Where tables are read: a store, or a job's pinned inputs."""

    def read(self, table: str) -> DataFrame:
        """Return a table."""
        ...

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a table, or no rows where it is not there yet."""
        ...


@dataclass(frozen=True)
class Store:
    """Delta tables by name, at a folder, URI or catalog schema."""

    spark: SparkSession
    location: FolderLocation | CatalogLocation
    ids: IdTypes

    @staticmethod
    def open(spark: SparkSession, where: str, ids: IdTypes) -> "Store":
        """Return the store at `where`; nothing is created before the first write."""
        return Store(spark, locate(where), ids)

    @property
    def files(self) -> Path:
        """The folder of snapshots, models and reports."""
        return Path(self.location.files)

    def exists(self, table: str) -> bool:
        """Return whether the table has been created."""
        return self.location.exists(self.spark, table)

    def version(self, table: str) -> int | None:
        """Return the newest Delta version that changed rows, None where there is no table.

        Compaction and clean-up make versions too, but they give no job new work.
        """
        if not self.exists(table):
            return None
        history = self.spark.sql(f"DESCRIBE HISTORY {self.location.identifier(table)}")
        changes = history.where(~F.col("operation").isin(*HOUSEKEEPING))
        return int(changes.agg(F.max("version")).collect()[0][0])

    def committed_at(self, table: str, version: int) -> datetime | None:
        """Return when a version of the table was made; None where its log is gone."""
        if not self.exists(table):
            return None
        history = self.spark.sql(f"DESCRIBE HISTORY {self.location.identifier(table)}")
        rows = history.where(F.col("version") == version).select("timestamp").collect()
        return rows[0]["timestamp"] if rows else None

    def table_id(self, table: str) -> str:
        """Return Delta's own id of the table, another one when it has been made anew."""
        detail = self.spark.sql(f"DESCRIBE DETAIL {self.location.identifier(table)}")
        return str(detail.select("id").collect()[0][0])

    def versions(self, tables: Iterable[str]) -> dict[str, int]:
        """Return the newest versions of those tables that exist."""
        found = {table: self.version(table) for table in tables}
        return {table: version for table, version in found.items() if version is not None}

    def read(self, table: str, version: int | None = None) -> DataFrame:
        """Return a table, pinned to a version when one is given.

        Raises:
            StoreError: The store has no such table.
        """
        if not self.exists(table):
            raise StoreError(
                f"Store {self.location.name} has no table {table}; run the chain first: "
                f"colike run CONF --store {self.location.name}."
            )
        pin = "" if version is None else f" VERSION AS OF {version}"
        return self.spark.sql(f"SELECT * FROM {self.location.identifier(table)}{pin}")

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a table, or no rows where the store does not have it yet."""
        return self.read(table) if self.exists(table) else self.empty(table)

    def empty(self, table: str) -> DataFrame:
        """Return a frame without rows that has the table's columns."""
        return self.spark.createDataFrame([], contracts()[table].spark_schema(self.ids))

    def frame(self, table: str, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
        """Return a few rows made on the driver as the table's columns, but for the run."""
        whole = contracts()[table].spark_schema(self.ids)
        schema = StructType([column for column in whole if column.name != C.RUN_ID])
        values = [tuple(row[name] for name in schema.names) for row in rows]
        return self.spark.createDataFrame(values, schema).coalesce(1)

    def create(self, table: str) -> None:
        """Create the table from its contract unless it exists."""
        if isinstance(self.location, CatalogLocation):
            self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self.location.name}")
        self.spark.sql(ddl(contracts()[table], self.location.identifier(table), self.ids))


@dataclass(frozen=True)
class Reader:
    """Reads tables at the versions that a job pinned when it began."""

    store: Store
    pinned: Mapping[str, int]

    def read(self, table: str) -> DataFrame:
        """Return the pinned version of one of the job's input tables.

        Raises:
            StoreError: The store had no such table when the job began.
        """
        if table not in self.pinned:
            raise StoreError(
                f"Store {self.store.location.name} has no table {table}, which this job reads; "
                "run the jobs before it first."
            )
        return self.store.read(table, self.pinned[table])

    def read_or_empty(self, table: str) -> DataFrame:
        """Return the pinned version, or no rows where the table was not there yet."""
        return self.read(table) if table in self.pinned else self.store.empty(table)


def ddl(contract: TableContract, identifier: str, ids: IdTypes) -> str:
    """Return the CREATE TABLE statement of a contract, comments and checks included."""
    columns = ",\n  ".join(
        f"`{field.name}` {field.dataType.simpleString()}"
        f"{'' if field.nullable else ' NOT NULL'} COMMENT {_quoted(field.metadata['comment'])}"
        for field in contract.spark_schema(ids)
    )
    checks = {f"delta.constraints.{check.name}": check.sql for check in contract.checks}
    properties = {**PROPERTIES, **checks}
    if contract.change_feed:
        properties["delta.enableChangeDataFeed"] = "true"
    if contract.clustering:
        properties["delta.dataSkippingStatsColumns"] = ",".join(contract.clustering)
    listed = ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {identifier} (\n  {columns}\n) USING DELTA\n"
        f"COMMENT {_quoted(contract.description)}\nTBLPROPERTIES ({listed})"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
