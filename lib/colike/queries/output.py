"""Tables on the terminal, and in a file or pipe as wide as they need to be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from colike.printing import printable

WIDTH = 160


class Screen(Console):
    """A console that shows texts as they are: nothing in them is markup, and nothing is obeyed.

    A title may be `[Oshi no Ko]`, or have control characters.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text for rich to lay out: cells, headings, titles and sentences come by here."""
        return super().render_str(printable(text), **options)


def wide_screen() -> Screen:
    """Return a screen of the terminal's width; elsewhere one that need not wrap."""
    return Screen(width=None if Screen().is_terminal else WIDTH)


def error_screen() -> Screen:
    """Return the screen for errors and progress."""
    return Screen(stderr=True)


def print_rows(columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table."""
    print_table(columns, ([row[name] for name in columns] for row in rows))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows by position as a table; null is an empty cell."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    wide_screen().print(table)
