"""Options that several commands share."""

from typing import Annotated

import typer

DEFAULT_STORE = "build/store"

StoreOption = Annotated[
    str, typer.Option("--store", help="Folder, URI or catalog.schema.", envvar="COLIKE_STORE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="One source; without it all side by side.")
]
