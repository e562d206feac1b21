"""Writes tables again with some of their rows alone, and without the versions before."""

from collections.abc import Callable, Collection, Iterator, Mapping

from pyspark.sql import DataFrame

from colike.run.ids import new_run_id
from colike.run.lease import hold
from colike.tables import Store
from colike.tables.rewriting import resume, rewrite

#: Returns the rows of a table that stay.
Keep = Callable[[DataFrame], DataFrame]


def purge(store: Store, kept: Mapping[str, Keep], dropped: Collection[str]) -> Iterator[str]:
    """Write tables again, remove others, and yield what was done; the store is held meanwhile.

    Args:
        store: The store.
        kept: By table, what stays of its rows.
        dropped: Tables that are removed, since the next run makes them again.

    Raises:
        StoreError: A run holds the store.
    """
    with hold(store, new_run_id()):
        for table, rows in kept.items():
            resume(store, table)
            if store.exists(table):
                rewrite(store, table, rows(store.read(table)))
                yield f"table {table}: written again, without its earlier versions"
        for table in dropped:
            if store.exists(table):
                store.location.drop(store.spark, table)
                yield f"table {table}: removed; the next run makes it again"
