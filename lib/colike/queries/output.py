"""Tables on the terminal, and in a file or pipe as wide as they need to be."""

from collections.abc import Iterable, Mapping, Sequence
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


def print_line(text: str) -> None:
    """Print a sentence, unbroken."""
    print(text)


def print_rows(columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table."""
    print_table(columns, ([row[name] for name in columns] for row in rows))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows by position as a table; null is an empty cell."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    wide_console().print(table)
