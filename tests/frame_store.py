"""Frames in place of a store's tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace

from pyspark.sql import DataFrame, SparkSession

from colike.tables import IdTypes, Store, contracts
from colike.tables.files import Files


@dataclass(frozen=True)
class FrameStore:
    """Stands for a store whose tables are frames: a stage runs on it without Delta."""

    spark: SparkSession
    ids: IdTypes
    frames: Mapping[str, DataFrame]
    files: Files
    location: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="frames"))

    def read(self, table: str, version: int | None = None) -> DataFrame:
        return self.frames[table]

    def read_or_empty(self, table: str) -> DataFrame:
        return self.frames[table] if table in self.frames else self.empty(table)

    def empty(self, table: str) -> DataFrame:
        return self.spark.createDataFrame([], contracts()[table].spark_schema(self.ids))

    def frame(self, table: str, rows: Iterable[Mapping[str, object]]) -> DataFrame:
        return Store.frame(self, table, rows)
