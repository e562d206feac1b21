"""Tables and analysts' views under their plain names; conf/views/<name>.sql is a view."""

import re
from graphlib import TopologicalSorter

from colike.tables.contracts import contracts
from colike.tables.location import CatalogLocation
from colike.tables.store import Store, quoted
from colike.tables.view_files import View, views

NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)


def register_views(store: Store) -> list[str]:
    """Make tables and views known by their plain names; return the names, tables first.

    They become temporary views of the session: nothing is written, so whoever may read a catalog
    needs no more. Its schema becomes the current one. A view waits until all its tables exist.
    """
    if isinstance(store.location, CatalogLocation):
        store.spark.sql(f"USE {store.location.sql}")
    return _in_session(store, _tables(store))


def register_temporary(store: Store) -> list[str]:
    """Make all tables and views known to the session by their plain names; return the names.

    Nothing is written. Tables that are not there yet have no rows.
    """
    return _in_session(store, list(contracts()))


def _in_session(store: Store, tables: list[str]) -> list[str]:
    for name in tables:
        # Columns that an older store lacks are null.
        rows = contracts()[name].filled(store.read_or_empty(name), store.ids)
        rows.createOrReplaceTempView(name)
    found = ready(tables)
    for name in found:
        store.spark.sql(created(views()[name], "TEMP VIEW", name))
    return tables + found


def _tables(store: Store) -> list[str]:
    """Return the tables that have been created, in the order of the contracts."""
    there = store.existing()
    return [name for name in contracts() if name in there]


def create_views(store: Store, location: CatalogLocation) -> list[str]:
    """Create the views in the store's catalog schema; return the names of tables and views."""
    store.spark.sql(f"USE {location.sql}")
    tables = _tables(store)
    found = ready(tables)
    for name in found:
        store.spark.sql(created(views()[name], "VIEW", name))
    return tables + found


def ready(tables: list[str]) -> list[str]:
    """Return the views whose tables and views are all there, each behind those that it reads."""
    known = set(views()) | set(contracts())
    reads = {name: known & set(NAMED.findall(view.select)) for name, view in views().items()}
    there = set(tables)
    found = []
    for name in TopologicalSorter(reads).static_order():
        if name in reads and reads[name] <= there:
            there.add(name)
            found.append(name)
    return found


def created(view: View, kind: str, name: str) -> str:
    """Return the statement that makes a view, with a comment on it and on each of its columns.

    Args:
        view: The view.
        kind: VIEW or TEMP VIEW.
        name: The name that it gets.
    """
    columns = ", ".join(
        f"`{column}` COMMENT {quoted(text)}" for column, text in view.columns.items()
    )
    comment = f"{view.description} {view.question} Grain: {view.grain}."
    return (
        f"CREATE OR REPLACE {kind} {name} ({columns}) COMMENT {quoted(comment)} AS\n{view.select}"
    )
