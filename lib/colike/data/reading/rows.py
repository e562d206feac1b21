"""What a piece of a file comes to: columns of the rows that have its form, and the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from colike.compute.arrays import Longs
from colike.config.form import Column
from colike.data.reading.faults import lacking
from colike.errors import SchemaError

#: The columns that somebody wants, under their names in colike: {"user_id": "User-ID"}.
Columns = Mapping[str, Column]
#: The types in which columns of text are read fastest.
Types = Mapping[str, pa.DataType]


class Rejected(NamedTuple):
    """A row that has not the form of its file; `text` is its line."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Rows:
    """Rows of a file, in their order.

    Attributes:
        table: The wanted columns by colike's names: text, or in the type that the file has.
        lines: Returns the line of each row in the file, from 1; where a file has no lines, the
            number of the row.
        rejected: Rows between them that could not be read.
    """

    table: pa.Table
    lines: Callable[[], Longs]
    rejected: tuple[Rejected, ...] = ()


def positions(file: str, names: Sequence[str], columns: Columns) -> dict[str, int]:
    """Return where a file has each wanted column.

    Args:
        file: The file, for the message.
        names: Its columns.
        columns: The wanted ones.

    Raises:
        SchemaError: It lacks one, or has two of the name.
    """
    wanted = {key: str(column) for key, column in columns.items()}
    missing = [column for column in columns.values() if str(column) not in names]
    if missing:
        raise lacking(file, missing, names)
    twice = [name for name in dict.fromkeys(wanted.values()) if list(names).count(name) > 1]
    if twice:
        raise SchemaError(f"{file} has the column {twice[0]} twice; rename one of them.")
    return {key: list(names).index(name) for key, name in wanted.items()}
