"""Housekeeping of Delta tables: retention, compaction, removal of old files."""

from collections.abc import Sequence

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


def vacuum(store: Store, table: str, hours: int) -> None:
    """Remove files that no version of the last `hours` needs."""
    store.spark.sql(f"VACUUM {store.location.identifier(table)} RETAIN {hours} HOURS")
