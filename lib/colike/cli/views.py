"""`colike views`: the store's tables and views for another engine."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption, writing_to
from colike.printing import say
from colike.queries.store import require_store
from colike.tables.contracts import contracts
from colike.tables.dialects import DUCKDB, SPARK, statements, write_statements
from colike.tables.location import FolderLocation, locate

NAME = "views"


class Dialect(StrEnum):
    """An engine's SQL."""

    spark = SPARK
    duckdb = DUCKDB


def command(
    store: StoreOption = DEFAULT_STORE,
    dialect: Annotated[Dialect, typer.Option(help="The engine's SQL.")] = Dialect.spark,
    out: Annotated[
        Path | None, typer.Option(help="Folder for a file per view; else all are printed.")
    ] = None,
) -> None:
    """Print the statements that make a store's tables and views known to another engine."""
    location = locate(store)
    require_store(location, store)
    here = location.existing_here(contracts()) if isinstance(location, FolderLocation) else None
    # Elsewhere only Spark could tell which tables there are.
    made = statements(location, contracts() if here is None else here, dialect.value)
    if out is None:
        for statement in made.values():
            say(f"{statement};\n")
        return
    with writing_to(out):
        files = write_statements(made, out)
    say(f"{len(files)} files in {out}; run them in the order of their names.")
