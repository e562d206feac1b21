"""`colike views`: the store's tables and views for another engine."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.errors import StoreError
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
    made = statements(location, _tables(location, store), dialect.value)
    if out is None:
        for statement in made.values():
            typer.echo(f"{statement};\n")
        return
    files = write_statements(made, out)
    typer.echo(f"{len(files)} files in {out}; run them in the order of their names.")


def _tables(location: object, store: str) -> list[str]:
    """All tables, or those of a local folder, which need no Spark to be seen."""
    local = location.local if isinstance(location, FolderLocation) else None
    if local is None:
        return list(contracts())
    found = [path.name for path in (local / "tables").glob("*") if path.is_dir()]
    if not found:
        raise StoreError(f"There is no store at {store}; make one with: colike run CONF.")
    return found
