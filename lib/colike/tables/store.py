"""The store: creates, pins and reads Delta tables; writing is in `writer`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from colike import columns as C
from colike.errors import StoreError
from colike.tables.contracts import IdTypes, TableContract, contracts
from colike.tables.files import Files, open_files
from colike.tables.location import CatalogLocation, FolderLocation, locate
from colike.tables.state import noting

PROPERTIES = {
    # Other engines (delta-rs, plain Spark) read tables without deletion vectors.
    "delta.enableDeletionVectors": "false",
}


#: What the names of Delta's properties with constraints begin with.
CONSTRAINT = "delta.constraints."


class Tables(Protocol):
    """Where tables are read: a store, or a stage's pinned inputs."""

    def read(self, table: str) -> DataFrame:
        """Return a table."""
        ...

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a table, or no rows where it is not there yet."""
        ...


@dataclass(frozen=True)
class Replaced:
    """Tables of which some are other frames."""

    tables: Tables
    frames: Mapping[str, DataFrame]

    def read(self, table: str) -> DataFrame:
        """Return a table."""
        return self.frames[table] if table in self.frames else self.tables.read(table)

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a table, or no rows where it is not there yet."""
        return self.frames[table] if table in self.frames else self.tables.read_or_empty(table)


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
    def files(self) -> Files:
        """Snapshots, models, reports and the config."""
        return open_files(self.spark, self.location.files)

    def existing(self) -> set[str]:
        """Return the names of the tables that have been created."""
        return self.location.existing(self.spark, contracts())

    def exists(self, table: str) -> bool:
        """Return whether the table has been created."""
        return table in self.location.existing(self.spark, [table])

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
        with noting(table):
            return self.spark.sql(f"SELECT * FROM {self.location.identifier(table)}{pin}")

    def read_or_empty(self, table: str) -> DataFrame:
        """Return a table, or no rows where the store does not have it yet."""
        return self.read(table) if self.exists(table) else self.empty(table)

    def empty(self, table: str) -> DataFrame:
        """Return a frame without rows that has the table's columns."""
        return self.spark.createDataFrame([], contracts()[table].spark_schema(self.ids))

    def frame(self, table: str, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
        """Return a few rows made on the driver as the table's columns, but for the run."""
        return small_frame(self.spark, table, rows, self.ids)

    def create(self, table: str) -> None:
        """Create the table from its contract unless it exists.

        The schema of a catalog is created only where it is missing: to create one takes a right
        that a production principal need not have.
        """
        catalog = self.location if isinstance(self.location, CatalogLocation) else None
        if catalog is not None and not catalog.has_schema(self.spark):
            catalog.create_schema(self.spark)
        if isinstance(self.location, FolderLocation):
            self.location.clear(self.spark, table)
        self.spark.sql(ddl(contracts()[table], self.location.identifier(table), self.ids))


def small_frame(
    spark: SparkSession, table: str, rows: Iterable[Mapping[str, Any]], ids: IdTypes
) -> DataFrame:
    """Return a few rows made on the driver as a table's columns, but for the run."""
    whole = contracts()[table].spark_schema(ids)
    schema = StructType([column for column in whole if column.name != C.RUN_ID])
    values = [tuple(_plain(row[name]) for name in schema.names) for row in rows]
    return spark.createDataFrame(values, schema).coalesce(1)


def _plain(value: Any) -> Any:
    """Return a value with Python's own numbers in place of NumPy's, which Spark does not take."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


def ddl(contract: TableContract, identifier: str, ids: IdTypes) -> str:
    """Return the CREATE TABLE statement of a contract, comments and constraints included."""
    columns = ",\n  ".join(
        f"`{field.name}` {field.dataType.simpleString()}"
        f"{'' if field.nullable else ' NOT NULL'} COMMENT {quoted(field.metadata['comment'])}"
        for field in contract.spark_schema(ids)
    )
    constraints = {f"{CONSTRAINT}{name}": sql for name, sql in contract.constraints.items()}
    properties = {**PROPERTIES, **constraints}
    if contract.change_feed:
        properties["delta.enableChangeDataFeed"] = "true"
    if contract.clustering:
        properties["delta.dataSkippingStatsColumns"] = ",".join(contract.clustering)
    listed = ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {identifier} (\n  {columns}\n) USING DELTA\n"
        f"COMMENT {quoted(contract.description)}\nTBLPROPERTIES ({listed})"
    )


def quoted(text: str) -> str:
    """Return a text as a literal of Spark SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
