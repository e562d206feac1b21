"""Housekeeping of Delta tables: retention, compaction, removal of old files."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from colike import columns as C
from colike.tables.store import Store


def keep_runs(store: Store, table: str, runs: Sequence[str]) -> None:
    """Delete the rows of all but the given runs."""
    listed = ", ".join(f"'{run}'" for run in runs)
    name = store.location.identifier(table)
    store.spark.sql(f"DELETE FROM {name} WHERE {C.RUN_ID} NOT IN ({listed})")


def optimize(store: Store, table: str) -> None:
    """Compact small files; the rows stay what they are."""
    store.spark.sql(f"OPTIMIZE {store.location.identifier(table)}")


def vacuum(store: Store, table: str, hours: int) -> bool:
    """Remove files that no version of the last `hours` needs; return whether any can be so old.

    A table whose second version is younger has nothing to remove, and listing its files takes
    longer than reading its history.
    """
    name = store.location.identifier(table)
    replaced = store.spark.sql(f"DESCRIBE HISTORY {name}").where(F.col("version") > 0)
    limit = F.current_timestamp() - F.expr(f"INTERVAL {hours} HOURS")
    if replaced.where(F.col("timestamp") < limit).isEmpty():
        return False
    store.spark.sql(f"VACUUM {name} RETAIN {hours} HOURS")
    return True
