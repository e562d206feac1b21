"""JSON to columns: an object in each line, or one array of objects."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from colike.compute.arrays import Longs
from colike.config.form import File
from colike.data.reading.faults import lacking
from colike.data.reading.records import ENCODING
from colike.data.reading.rows import Columns, Rejected, Rows
from colike.data.reading.streams import (
    BYTE_ORDER_MARK,
    UNREADABLE,
    Source,
    line_chunks,
    lines_before,
)
from colike.errors import SchemaError

NOT_JSON = "not_a_json_object"
# Errors of json beside its own: numbers of thousands of digits, brackets of thousands of levels.
UNREADABLE_JSON = (ValueError, RecursionError)


@dataclass(frozen=True)
class ObjectReader:
    """Reads ranges of one file."""

    source: Source
    file: File
    columns: Columns

    def rows(self, start: int, end: int | None) -> Iterator[Rows]:
        """Yield the rows that begin in a range of bytes.

        Raises:
            SchemaError: No row has one of the columns.
        """
        passed, is_first = 0, start == 0
        for chunk in line_chunks(self.source, self.file.encoding, start, end):
            text = chunk.decode("utf-8")
            if is_first:
                text = text.removeprefix(BYTE_ORDER_MARK)
            if is_first and text.lstrip().startswith("["):
                yield self._of_array()
                return
            lines = text.splitlines() if "\n" not in text else text.split("\n")
            yield self._of_lines(lines, partial(self._line, start, passed + 1))
            passed, is_first = passed + text.count("\n"), False

    def _line(self, start: int, first: int, lines: Longs) -> Longs:
        return lines + lines_before(self.source, start) + first

    def _of_array(self) -> Rows:
        chunks = line_chunks(self.source, self.file.encoding, 0, None)
        text = b"".join(chunks).decode("utf-8").removeprefix(BYTE_ORDER_MARK)
        try:
            values = json.loads(text)
        except UNREADABLE_JSON as error:
            raise SchemaError(
                f"{self.source.name} begins as a JSON array and is none ({error}); mend it, or "
                "write one object in each line."
            ) from None
        good = [(number, value) for number, value in enumerate(values) if isinstance(value, dict)]
        wrong = tuple(
            Rejected(number + 1, NOT_JSON, json.dumps(value, ensure_ascii=False))
            for number, value in enumerate(values)
            if not isinstance(value, dict)
        )
        numbers = np.array([number for number, _ in good], np.int64)
        return Rows(self._table([value for _, value in good]), lambda: numbers + 1, wrong)

    def _of_lines(self, lines: list[str], numbered: Any) -> Rows:
        objects: list[dict[str, Any]] = []
        places: list[int] = []
        wrong: list[tuple[int, str, str]] = []
        for place, line in enumerate(lines):
            if not line.strip():
                continue
            found = _object(line)
            if UNREADABLE in line:
                wrong.append((place, ENCODING, line.replace(UNREADABLE, "\ufffd")))
            elif found is None:
                wrong.append((place, NOT_JSON, line))
            else:
                objects.append(found)
                places.append(place)
        rejected: tuple[Rejected, ...] = ()
        if wrong:
            at = numbered(np.array([place for place, _, _ in wrong], np.int64)).tolist()
            rejected = tuple(
                Rejected(line, reason, text)
                for line, (_, reason, text) in zip(at, wrong, strict=True)
            )
        return Rows(self._table(objects), lambda: numbered(np.array(places, np.int64)), rejected)

    def _table(self, objects: list[dict[str, Any]]) -> pa.Table:
        missing = [
            name
            for name in self.columns.values()
            if objects and not any(_has(value, str(name)) for value in objects)
        ]
        if missing:
            known = sorted({key for value in objects[:100] for key in value})
            raise lacking(self.source.name, missing, known)
        return pa.table(
            {
                key: pa.array([_text(_at(value, str(name))) for value in objects], pa.string())
                for key, name in self.columns.items()
            }
        )


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except UNREADABLE_JSON:
        return None
    return found if isinstance(found, dict) else None


def _has(value: dict[str, Any], name: str) -> bool:
    return name in value or ("." in name and _at(value, name) is not None)


def _at(value: Any, name: str) -> Any:
    """Return the value of a key, or of a path of keys with dots between."""
    if name in value or "." not in name:
        return value.get(name)
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    """Return a value as a CSV file would have it; a list of texts with commas between.

    >>> _text(5.0), _text(["a", "b"]), _text(True), _text({"a": 1})
    ('5', 'a, b', 'true', '{"a": 1}')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(_text(part) or "" for part in value)
    if isinstance(value, bool | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
