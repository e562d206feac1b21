"""What two stores have in common: the rows of their tables, without the run that wrote them."""

from pathlib import Path

from pyspark.sql import SparkSession

from colike.tables import IdTypes, Store, contracts

from .nights import COMPARED


def opened(spark: SparkSession, folder: Path) -> Store:
    """Return the store of a night's runs."""
    return Store.open(spark, str(folder), IdTypes("bigint", "bigint"))


def rows(store: Store, table: str) -> list[str]:
    """The rows of a table, without what names the run; of published ones those shown now."""
    frame = store.read(table)
    if table.startswith("published_"):
        shown = store.read("champion_moves").orderBy("at", ascending=False).first().run_id
        frame = frame.where(frame.run_id == shown)
    names = [column.name for column in contracts()[table].columns if column.name != "run_id"]
    return sorted(map(str, frame.select(*names).collect()))


def differing(spark: SparkSession, folder: Path, new: Path) -> list[str]:
    """Return the tables of a store that are not as those of another."""
    pair = opened(spark, folder), opened(spark, new)
    return [table for table in COMPARED if rows(pair[0], table) != rows(pair[1], table)]
