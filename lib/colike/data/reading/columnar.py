"""Parquet to columns: only the wanted ones are read, in the types that the file has."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from colike.data.reading.faults import damaged
from colike.data.reading.rows import Columns, Rows, positions
from colike.data.reading.streams import Source

ROWS = 500_000


@dataclass(frozen=True)
class ParquetReader:
    """Reads one file, whole."""

    source: Source
    columns: Columns

    def rows(self) -> Iterator[Rows]:
        """Yield the file's rows.

        Raises:
            SchemaError: It lacks a column.
            QualityError: It is damaged.
        """
        with self._opened() as file:
            names = self._columns(file)
            inside = [name for name in names if name in file.schema_arrow.names]
            batches = file.iter_batches(ROWS, columns=inside)
            read = 0
            while (batch := self._next(batches)) is not None:
                numbers = np.arange(read + 1, read + 1 + batch.num_rows)
                read += batch.num_rows
                yield Rows(self._table(batch), partial(np.copy, numbers))

    def require_columns(self) -> None:
        """Raise SchemaError unless the file has the wanted columns."""
        with self._opened() as file:
            self._columns(file)

    def _opened(self) -> pq.ParquetFile:
        content = self.source.content
        try:
            return pq.ParquetFile(self.source.name if content is None else pa.BufferReader(content))
        except (pa.ArrowInvalid, OSError) as error:
            raise damaged(self.source.name, error) from None

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowInvalid, OSError) as error:
            raise damaged(self.source.name, error) from None

    def _columns(self, file: pq.ParquetFile) -> list[str]:
        """Return the wanted columns, each once."""
        names = list(file.schema_arrow.names)
        given = [name for name in _partition(self.source.name) if name not in names]
        positions(self.source.name, [*names, *given], self.columns)
        return [str(name) for name in dict.fromkeys(self.columns.values())]

    def _table(self, batch: pa.RecordBatch) -> pa.Table:
        given = _partition(self.source.name)
        columns = {}
        for key, name in self.columns.items():
            place = batch.schema.get_field_index(str(name))
            columns[key] = (
                batch.column(place)
                if place >= 0
                else pa.array([given[str(name)]] * batch.num_rows, pa.string())
            )
        return pa.table(columns)


def _partition(path: str) -> dict[str, str]:
    """Return the values that folders of the form name=value give to all rows of a file."""
    pairs = (part.partition("=") for part in PurePath(path).parts[:-1])
    return {key: unquote(value) for key, sign, value in pairs if sign}
