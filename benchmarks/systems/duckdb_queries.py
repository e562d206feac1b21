"""Asks the questions of conf/samples in DuckDB, with the views of `colike views`."""

import sys

import duckdb
import duckdb_extensions

from benchmarks.systems.asking import say
from colike.tables.contracts import contracts
from colike.tables.dialects import DUCKDB, statements, translated
from colike.tables.location import FolderLocation, locate


def main(store: str) -> None:
    """Print the seconds of each question on a store."""
    location = locate(store)
    here = location.existing_here(contracts()) if isinstance(location, FolderLocation) else None
    if here is None:
        raise SystemExit(f"{store} is no folder of this machine.")
    engine = duckdb.connect()
    duckdb_extensions.import_extension("delta", con=engine)
    engine.execute("LOAD delta; SET TimeZone = 'UTC'")
    for statement in statements(location, here, DUCKDB).values():
        engine.execute(statement)
    say(lambda sql: engine.execute(translated(sql)).fetchall())


if __name__ == "__main__":
    main(*sys.argv[1:])
