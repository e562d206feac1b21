"""Computes how a table differs from what it should be."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

from colike import columns as C
from colike.tables.contracts import contracts

CHANGE = "_change"
UPSERT = "upsert"
DELETE = "delete"


def row_difference(current: DataFrame, wanted: DataFrame, table: str) -> DataFrame:
    """Return the rows to upsert or delete to turn `current` into `wanted`.

    Rows are matched by the table's primary key and compared in all columns except `run_id`. The
    result has the table's columns and `_change`, either `upsert` or `delete`.
    """
    contract = contracts()[table]
    key = contract.primary_key
    values = [c.name for c in contract.columns if c.name not in (*key, C.RUN_ID)]
    old, new = current.alias("old"), wanted.alias("new")
    joined = old.join(
        new, on=[F.col(f"old.{name}") == F.col(f"new.{name}") for name in key], how="full_outer"
    )
    gone = F.col(f"new.{key[0]}").isNull()
    added = F.col(f"old.{key[0]}").isNull()
    same = F.lit(True)
    for name in values:
        same &= _comparable(wanted, "old", name).eqNullSafe(_comparable(wanted, "new", name))
    change = F.when(gone, DELETE).when(added | ~same, UPSERT)
    kept = [
        F.when(gone, F.col(f"old.{c.name}")).otherwise(F.col(f"new.{c.name}")).alias(c.name)
        for c in contract.columns
    ]
    return joined.select(*kept, change.alias(CHANGE)).where(F.col(CHANGE).isNotNull())


def _comparable(frame: DataFrame, side: str, name: str) -> Column:
    """Return a column that Spark can compare: for a map, its sorted entries."""
    column = F.col(f"{side}.{name}")
    if isinstance(frame.schema[name].dataType, MapType):
        return F.array_sort(F.map_entries(column))
    return column
