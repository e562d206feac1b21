"""What a stage asks to be written, as values: only the writer carries them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame

How = Literal[
    "overwrite", "append", "merge", "replace", "keep", "trim", "prune", "optimize", "vacuum"
]
#: Values of columns, all of which a row must have one of: {"source": ["jaccard", "base"]}.
Where = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Write:
    """One change of one table; the functions below make them."""

    table: str
    how: How
    frame: DataFrame | None = None
    where: Where = field(default_factory=dict)
    hours: int = 0

    @property
    def rows(self) -> DataFrame:
        """The rows to write; raises ValueError for a write that has none."""
        if self.frame is None:
            raise ValueError(f"{self.how} of table {self.table} has no rows")
        return self.frame


def overwrite(table: str, frame: DataFrame) -> Write:
    """Replace all rows of the table in one commit."""
    return Write(table, "overwrite", frame)


def append(table: str, frame: DataFrame) -> Write:
    """Add rows."""
    return Write(table, "append", frame)


def merge(table: str, frame: DataFrame) -> Write:
    """Make the table equal to `frame` by its primary key, touching only the rows that differ.

    An unchanged frame makes no new version, so that later jobs find nothing to do.
    """
    return Write(table, "merge", frame)


def replace(table: str, frame: DataFrame, where: Where) -> Write:
    """Replace the rows with these values by `frame`, whose rows must have them too."""
    return Write(table, "replace", frame, where)


def keep(table: str) -> Write:
    """Leave the table as it is."""
    return Write(table, "keep")


def trim(table: str, where: Where) -> Write:
    """Delete the rows that do not have these values; a table without such rows stays as it is."""
    return Write(table, "trim", where=where)


def prune(table: str, where: Where) -> Write:
    """Delete the rows that do not have these values, of a log, whose versions nobody pins."""
    return Write(table, "prune", where=where)


def optimize(table: str) -> Write:
    """Compact small files; the rows stay as they are."""
    return Write(table, "optimize")


def vacuum(table: str, hours: int) -> Write:
    """Remove files that no version of the last `hours` needs."""
    return Write(table, "vacuum", hours=hours)
