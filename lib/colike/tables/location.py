"""Where a store is: a folder or URI, or a Unity Catalog schema by name."""

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlparse

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrameWriter, SparkSession

from colike.errors import ConfigError, StoreError
from colike.spark.hadoop import HadoopFolder

# Databricks allows hyphens in the names of catalogs and schemas; SQL then needs them in backticks.
PART = r"(?:\w[\w-]*|`\w[\w-]*`)"
CATALOG_NAME = re.compile(rf"({PART})\.({PART})")
LOG = "_delta_log"


def in_backticks(name: str) -> str:
    """Return a name as Spark SQL takes it, whatever is in it.

    >>> in_backticks("plan to `watch`")
    '`plan to ``watch```'
    """
    return f"`{name.replace('`', '``')}`"


@dataclass(frozen=True)
class FolderLocation:
    """A folder or URI with `tables/<table>` and `files/` inside."""

    name: str

    @property
    def root(self) -> str:
        """The folder, absolute if it is a local one."""
        return self.name.rstrip("/") if self.local is None else str(self.local)

    @property
    def files(self) -> str:
        """Folder of snapshots, models and reports."""
        return f"{self.root}/files"

    @property
    def local(self) -> Path | None:
        """The folder as a path of this machine, None for a URI of another file system."""
        if self.name.startswith("file:"):
            return Path(unquote(urlparse(self.name).path))
        return None if ":/" in self.name else Path(self.name).absolute()

    def identifier(self, table: str) -> str:
        """Return the SQL name of a table."""
        return f"delta.{in_backticks(f'{self.root}/tables/{table}')}"

    def save(self, writer: DataFrameWriter, table: str) -> None:
        """Write a table as the writer says."""
        writer.save(f"{self.root}/tables/{table}")

    def existing_here(self, tables: Iterable[str]) -> set[str] | None:
        """Return those of the tables that a local folder has, without Spark; None for a URI."""
        if self.local is None:
            return None
        below = {table: self.local / "tables" / table for table in tables}
        return {
            table
            for table, at in below.items()
            if (at / LOG).is_dir() and (_has_files(at / LOG) or _has_files(at))
        }

    def existing(self, spark: SparkSession, tables: Iterable[str]) -> set[str]:
        """Return those of the tables that have been created."""
        here = self.existing_here(tables)
        if here is not None:
            return here
        # Delta itself also looks in every folder above, which a bucket answers one by one.
        folder = HadoopFolder(spark, self.root)
        return {
            table
            for table in tables
            if folder.has_files(f"tables/{table}/{LOG}")
            or (folder.has(f"tables/{table}/{LOG}") and folder.has_files(f"tables/{table}"))
        }

    def without_log(self, spark: SparkSession, tables: Iterable[str]) -> set[str]:
        """Return those of the tables, which Delta does not know, whose folders have files."""
        if self.local is not None:
            below = {table: self.local / "tables" / table for table in tables}
            return {table for table, at in below.items() if _is_something(at)}
        folder = HadoopFolder(spark, self.root)
        return {table for table in tables if folder.has_files(f"tables/{table}")}

    def clear(self, spark: SparkSession, table: str) -> None:
        """Remove what is left of a table that was being made when a run was killed: no file."""
        if self.local is not None:
            at = self.local / "tables" / table
            if at.is_dir() and not _has_files(at):
                shutil.rmtree(at)
            return
        folder = HadoopFolder(spark, self.root)
        if folder.has(f"tables/{table}") and not folder.has_files(f"tables/{table}"):
            folder.remove(f"tables/{table}")

    def set_aside(self, spark: SparkSession, table: str, to: str) -> str:
        """Give a table another name, which is that of no table; return where it is then."""
        _let_go(spark)
        if self.local is not None:
            return str((self.local / "tables" / table).rename(self.local / "tables" / to))
        HadoopFolder(spark, self.root).move(f"tables/{table}", f"tables/{to}")
        return f"{self.root}/tables/{to}"

    def has(self, spark: SparkSession, name: str) -> bool:
        """Return whether there is a table of that name, which need not be one of the contracts."""
        return name in self.existing(spark, [name])

    def drop(self, spark: SparkSession, name: str) -> None:
        """Remove a table with all its files; none is removed too."""
        if self.local is not None:
            shutil.rmtree(self.local / "tables" / name, ignore_errors=True)
        else:
            HadoopFolder(spark, self.root).remove(f"tables/{name}")


@dataclass(frozen=True)
class CatalogLocation:
    """A schema of the session's catalogs, `catalog.schema`; files are in its volume `files`."""

    catalog: str
    schema: str

    @property
    def name(self) -> str:
        """The name as users write it."""
        return f"{self.catalog}.{self.schema}"

    @property
    def sql(self) -> str:
        """The schema's name in SQL."""
        return f"`{self.catalog}`.`{self.schema}`"

    @property
    def files(self) -> str:
        """Folder of snapshots, models and reports."""
        return f"/Volumes/{self.catalog}/{self.schema}/files"

    def identifier(self, table: str) -> str:
        """Return the SQL name of a table."""
        return f"{self.sql}.`{table}`"

    def save(self, writer: DataFrameWriter, table: str) -> None:
        """Write a table as the writer says."""
        writer.saveAsTable(self.identifier(table))

    def has_schema(self, spark: SparkSession) -> bool:
        """Return whether the schema exists.

        Raises:
            StoreError: There is no such catalog.
        """
        with self._known_catalog():
            return bool(spark.catalog.databaseExists(self.sql))

    def create_schema(self, spark: SparkSession) -> None:
        """Create the schema; raises StoreError where there is no such catalog, or no right."""
        with self._known_catalog():
            spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self.sql}")

    def without_log(self, spark: SparkSession, tables: Iterable[str]) -> set[str]:
        """Return none: a catalog knows its tables by itself."""
        return set()

    def set_aside(self, spark: SparkSession, table: str, to: str) -> str:
        """Give a table another name, which is that of no table; return where it is then."""
        spark.sql(f"ALTER TABLE {self.identifier(table)} RENAME TO {self.identifier(to)}")
        return f"{self.name}.{to}"

    def has(self, spark: SparkSession, name: str) -> bool:
        """Return whether there is a table of that name, which need not be one of the contracts."""
        return name in self.existing(spark, [name])

    def drop(self, spark: SparkSession, name: str) -> None:
        """Remove a table with all its files; none is removed too. A catalog may keep it a while."""
        spark.sql(f"DROP TABLE IF EXISTS {self.identifier(name)}")

    @contextmanager
    def _known_catalog(self) -> Iterator[None]:
        try:
            yield
        except (PySparkException, Py4JJavaError) as error:
            raise StoreError(
                f"There is no schema {self.name}, and it cannot be made; name a catalog that Spark "
                f"knows and that you may write to, or write ./{self.name} for a folder."
            ) from error

    def existing(self, spark: SparkSession, tables: Iterable[str]) -> set[str]:
        """Return those of the tables that have been created."""
        if not self.has_schema(spark):
            return set()
        shown = spark.sql(f"SHOW TABLES IN {self.sql}").collect()
        return set(tables) & {row["tableName"] for row in shown}


def _has_files(folder: Path) -> bool:
    """Return whether there is a file at any depth of a folder, but for hidden and unfinished ones.

    A table whose making was cut off has none: it has a folder for its log, and no commit in it.
    """
    return any(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))


def _is_something(path: Path) -> bool:
    """Return whether there is a folder with files, a file, or a link to nowhere."""
    return _has_files(path) if path.is_dir() else path.is_file() or path.is_symlink()


def _let_go(spark: SparkSession) -> None:
    """Make Delta forget the logs that it has read: it would go on with them in another table."""
    # A runtime with a Delta of its own has no such class, and its tables are a catalog's.
    with suppress(TypeError):
        cast(Any, spark._jvm).org.apache.spark.sql.delta.DeltaLog.clearCache()


def locate(store: str) -> FolderLocation | CatalogLocation:
    """Return the location that `store` names: `catalog.schema`, a URI or a path.

    A name without a slash is a schema, whatever folders there are: a job must not write somewhere
    else because of a folder in its working directory.

    Raises:
        ConfigError: It is none of these.
    """
    named = CATALOG_NAME.fullmatch(store)
    if named is not None:
        return CatalogLocation(*(part.strip("`") for part in named.groups()))
    if "/" in store:
        return FolderLocation(store)
    raise ConfigError(
        f"--store {store!r} is neither catalog.schema nor a URI nor a path; write ./{store} for a "
        "folder here."
    )
