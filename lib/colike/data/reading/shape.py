"""What the rows of delimited text look like: tells a row that stands within quotes from text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

NUMBER = re.compile(rb"\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*")
WORD = re.compile(rb"\s*\S+\s*")
#: How many rows tell the shape, and the number of columns of a file without a header.
SAMPLED_ROWS = 1000


@dataclass(frozen=True)
class Trait:
    """What the values of a column have in common; `pattern` None: nothing."""

    pattern: re.Pattern[bytes] | None
    may_be_empty: bool

    def fits(self, value: bytes) -> bool:
        """Return whether a value looks like those of the column."""
        if not value.strip():
            return self.may_be_empty
        return self.pattern is None or self.pattern.fullmatch(value) is not None


@dataclass(frozen=True)
class Shape:
    """The traits of a file's columns."""

    traits: tuple[Trait, ...]

    @staticmethod
    def of(rows: Iterable[Sequence[bytes]], fields: int) -> "Shape":
        """Return the shape of a file.

        Args:
            rows: Its first rows; those with another number of fields tell nothing, nor do values
                that go over lines.
            fields: The number of fields of a row.
        """
        known = [row for row in islice(rows, SAMPLED_ROWS) if len(row) == fields]
        return Shape(tuple(_trait([row[place] for row in known]) for place in range(fields)))

    def fits(self, row: Sequence[bytes]) -> bool:
        """Return whether fields look like a row of the file."""
        return len(row) == len(self.traits) and all(
            trait.fits(value) for trait, value in zip(self.traits, row, strict=True)
        )


def _trait(values: Sequence[bytes]) -> Trait:
    filled = [value for value in values if value.strip() and b"\n" not in value]
    common = (
        pattern for pattern in (NUMBER, WORD) if filled and all(map(pattern.fullmatch, filled))
    )
    return Trait(next(common, None), not filled or any(not value.strip() for value in values))
