"""Tables on the terminal, and in a file or pipe as wide as they need to be."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 160


def wide_console() -> Console:
    """Return a console of the terminal's width; elsewhere one that need not wrap.

    It prints what it is given: a title such as `[Oshi no Ko]` is no markup.
    """
    is_terminal = Console().is_terminal
    return Console(width=None if is_terminal else WIDTH, markup=False, emoji=False)


def print_rows(columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    wide_console().print(table)
