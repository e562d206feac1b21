"""Where a store lies: a folder or URI, or a Unity Catalog schema by name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyspark.sql import SparkSession

CATALOG_NAME = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")


class Location(Protocol):
    """Gives tables their SQL names and other files their folder."""

    @property
    def name(self) -> str:
        """The store as the user wrote it."""
        ...

    @property
    def files(self) -> str:
        """Folder of snapshots, models and reports."""
        ...

    def identifier(self, table: str) -> str:
        """Return the SQL name of a table."""
        ...

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Return whether the table has been created."""
        ...


@dataclass(frozen=True)
class FolderLocation:
    """A folder or URI with `tables/<table>` and `files/` inside."""

    name: str

    @property
    def root(self) -> str:
        """The folder, absolute where it is a local one."""
        return self.name if ":/" in self.name else str(Path(self.name).absolute())

    @property
    def files(self) -> str:
        """Folder of snapshots, models and reports."""
        return f"{self.root}/files"

    @property
    def local(self) -> Path | None:
        """The folder as a path of this machine, None for a URI."""
        return None if ":/" in self.name else Path(self.root)

    def identifier(self, table: str) -> str:
        """Return the SQL name of a table."""
        return f"delta.`{self.root}/tables/{table}`"

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Return whether the table has been created."""
        from delta.tables import DeltaTable

        return bool(DeltaTable.isDeltaTable(spark, f"{self.root}/tables/{table}"))


@dataclass(frozen=True)
class CatalogLocation:
    """A schema of the session's catalogs, `catalog.schema`; files lie in its volume `files`."""

    name: str

    @property
    def files(self) -> str:
        """Folder of snapshots, models and reports."""
        return f"/Volumes/{self.name.replace('.', '/')}/files"

    def identifier(self, table: str) -> str:
        """Return the SQL name of a table."""
        return f"{self.name}.{table}"

    def exists(self, spark: SparkSession, table: str) -> bool:
        """Return whether the table has been created."""
        return bool(spark.catalog.tableExists(self.identifier(table)))


def locate(store: str) -> FolderLocation | CatalogLocation:
    """Return the location that `store` names: `catalog.schema` unless a folder has that name."""
    if CATALOG_NAME.fullmatch(store) and not Path(store).exists():
        return CatalogLocation(store)
    return FolderLocation(store)
