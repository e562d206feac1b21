"""Options that several commands share."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from colike.errors import ConfigError

DEFAULT_STORE = "build/store"

StoreOption = Annotated[
    str, typer.Option("--store", help="Folder, URI or catalog.schema.", envvar="COLIKE_STORE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="One source; without it all side by side.")
]

#: What is wrong with a place, rather than with the machine.
NO_PLACE = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOTDIR,
        errno.EPERM,
    }
)


@contextmanager
def writing_to(out: Path) -> Iterator[None]:
    """Write to the place that --out names.

    Raises:
        ConfigError: Nothing can be written there, as below a file or in another user's folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in NO_PLACE:
            raise
        raise ConfigError(f"--out {out} cannot be written: {error.strerror}.") from error
