"""Tables and analysts' views under their plain names; conf/views/<name>.sql is a view."""

import re
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources

from colike.tables.contracts import contracts
from colike.tables.location import CatalogLocation
from colike.tables.store import Store

NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
COMMENT = re.compile(r"^--.*$", re.MULTILINE)


def register_views(store: Store) -> list[str]:
    """Make tables and views known by their plain names; return the names, tables first.

    In a folder store they become temporary views of the session. In a catalog the schema becomes
    the current one and its views are replaced. A view waits until all its tables exist.
    """
    if isinstance(store.location, CatalogLocation):
        return create_views(store, store.location)
    tables = [name for name in contracts() if store.exists(name)]
    for name in tables:
        _run(store, "TEMP VIEW", name, f"SELECT * FROM {store.location.identifier(name)}")
    found = ready(tables)
    for name in found:
        _run(store, "TEMP VIEW", name, definitions()[name])
    return tables + found


def create_views(store: Store, location: CatalogLocation) -> list[str]:
    """Create the views in the store's catalog schema; return the names of tables and views."""
    store.spark.sql(f"USE {location.sql}")
    tables = [name for name in contracts() if store.exists(name)]
    found = ready(tables)
    for name in found:
        _run(store, "VIEW", name, definitions()[name])
    return tables + found


@cache
def definitions() -> Mapping[str, str]:
    """Return the SELECT of every view of conf/views by its name."""
    folder = resources.files("colike.conf").joinpath("views")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=str)
    return {
        file.name.removesuffix(".sql"): COMMENT.sub("", file.read_text("utf-8")).strip()
        for file in files
    }


def ready(tables: list[str]) -> list[str]:
    """Return the views whose tables and views are all there, each behind those that it reads."""
    known = set(definitions()) | set(contracts())
    reads = {name: known & set(NAMED.findall(text)) for name, text in definitions().items()}
    there = set(tables)
    found = []
    for name in TopologicalSorter(reads).static_order():
        if name in reads and reads[name] <= there:
            there.add(name)
            found.append(name)
    return found


def _run(store: Store, kind: str, name: str, select: str) -> None:
    store.spark.sql(f"CREATE OR REPLACE {kind} {name} AS {select}")
