"""Housekeeping of Delta tables: compaction, and removal of old files."""

from colike.tables.store import Store


def optimize(store: Store, table: str) -> None:
    """Compact small files; the rows stay as they are."""
    store.spark.sql(f"OPTIMIZE {store.location.identifier(table)}")


def vacuum(store: Store, table: str, hours: int) -> None:
    """Remove files that no version of the last `hours` needs."""
    store.spark.sql(f"VACUUM {store.location.identifier(table)} RETAIN {hours} HOURS")
