"""Delimited text (CSV and its kin) to columns.

The quick way has pyarrow read a chunk straight into the wanted types. A chunk with anything unusual
takes the careful way, row by row where need be, and gives texts. Both give equal rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from colike.compute.arrays import Longs
from colike.config.form import File
from colike.data.reading.header import Header, head_of
from colike.data.reading.records import (
    EOL,
    STAND_INS,
    UNREADABLE_BYTES,
    Dialect,
    Piece,
    as_rfc,
)
from colike.data.reading.rows import Columns, Rejected, Rows, Types, positions
from colike.data.reading.streams import (
    UNREADABLE,
    Source,
    line_chunks,
    lines_before,
)
from colike.errors import SchemaError

#: pyarrow reads 0x10 as a number, which nobody else does.
HEXADECIMAL = (b"0x", b"0X")


@dataclass(frozen=True)
class DelimitedReader:
    """Reads ranges of one file."""

    source: Source
    file: File
    header: Header
    at: Mapping[str, int]
    types: Types

    @staticmethod
    def of(
        source: Source, file: File, columns: Columns, types: Types, header: Header | None = None
    ) -> "DelimitedReader":
        """Return the reader of a file's columns.

        Args:
            source: The file.
            file: Its form.
            columns: The wanted columns.
            types: The types that the quick way reads; other columns are texts.
            header: Its header; None: it is read.

        Raises:
            SchemaError: It has no such column, or two.
        """
        if header is None:
            header = Header.of(source.name, head_of(source, file), file)
        try:
            at = positions(source.name, header.names, columns)
        except SchemaError as error:
            raise SchemaError(f"{error}{header.hint(file)}") from None
        return DelimitedReader(source, file, header, at, types)

    def rows(self, start: int, end: int | None) -> Iterator[Rows]:
        """Yield the rows that begin in a range of bytes."""
        chunks = line_chunks(self.source, self.file.encoding, start, end)
        carried, passed, ahead = b"", 0, next(chunks, None)
        skip_header = start == 0
        while ahead is not None:
            chunk, ahead = carried + ahead, next(chunks, None)
            skipped = self.header.first_row(chunk) if skip_header else 0
            before = passed + _line_ends(chunk[:skipped])
            rows, used = self._read(chunk[skipped:], ahead is None, start, before)
            yield rows
            passed = before + _line_ends(chunk[skipped : skipped + used])
            carried, skip_header = chunk[skipped + used :], False

    def _read(self, chunk: bytes, is_last: bool, start: int, before: int) -> tuple[Rows, int]:
        """Return the rows of a chunk and how many of its bytes they take."""
        dialect = self.header.dialect

        def first_line() -> int:
            return lines_before(self.source, start) + before + 1

        quick = self._quick(chunk)
        if quick is not None:
            whole = [Piece("good", 0, len(chunk))]
            return Rows(quick, lambda: _lines(dialect, chunk, whole) + first_line()), len(chunk)
        pieces = list(dialect.pieces(chunk, is_last))
        rejected: tuple[Rejected, ...] = ()
        if any(piece.kind == "rejected" for piece in pieces):
            rejected = tuple(_rejected(chunk, pieces, first_line()))
        rows = Rows(
            self._careful(chunk, pieces),
            lambda: _lines(dialect, chunk, pieces) + first_line(),
            rejected,
        )
        return rows, pieces[-1].end if pieces else 0

    def _quick(self, chunk: bytes) -> pa.Table | None:
        """Return the rows of a chunk in the wanted types, None if the careful way is needed."""
        dialect = self.header.dialect
        if len(dialect.separator) > 1 or any(sign in chunk for sign in HEXADECIMAL):
            return None
        quote = dialect.quote
        has_quotes = quote is not None and quote in chunk
        if UNREADABLE_BYTES in chunk or (has_quotes and not dialect.is_good(chunk)):
            return None
        try:
            table = self._parsed(
                chunk, dialect.separator, quote if has_quotes else None, self.types
            )
        except pa.ArrowInvalid:
            return None
        return table if all(_is_sound(column) for column in table.columns) else None

    def _careful(self, chunk: bytes, pieces: list[Piece]) -> pa.Table:
        dialect = self.header.dialect
        stand_in, quote = dialect.separator, dialect.quote
        if len(stand_in) > 1:
            stand_in = next(sign for sign in STAND_INS if sign not in chunk)
        texts = (
            as_rfc(piece.fields, stand_in, quote)
            if piece.kind == "odd" and quote is not None
            else chunk[piece.start : piece.end].replace(dialect.separator, stand_in)
            for piece in pieces
            if piece.kind != "rejected"
        )
        return self._parsed(b"".join(texts), stand_in, quote, {})

    def _parsed(self, text: bytes, separator: bytes, quote: bytes | None, types: Types) -> pa.Table:
        wanted = {f"{at}": types.get(name, pa.string()) for name, at in self.at.items()}
        if not text.strip(b"\r\n"):
            empty = {at: pa.array([], kind) for at, kind in wanted.items()}
            return self._named(pa.table(empty))
        table = pyarrow.csv.read_csv(
            pa.py_buffer(text),
            read_options=pyarrow.csv.ReadOptions(
                column_names=[f"{at}" for at in range(self.header.dialect.fields)],
                use_threads=False,
                block_size=len(text) + 1,
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator.decode("ascii"),
                quote_char=False if quote is None else quote.decode("ascii"),
                newlines_in_values=quote is not None,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=list(wanted),
                column_types=wanted,
                null_values=[""],
                strings_can_be_null=False,
            ),
        )
        return self._named(table)

    def _named(self, table: pa.Table) -> pa.Table:
        columns = [table.column(f"{at}").combine_chunks() for at in self.at.values()]
        return pa.table(columns, names=list(self.at))


def _line_ends(text: bytes) -> int:
    returns = text.count(b"\r")
    return text.count(b"\n") + (returns - text.count(b"\r\n") if returns else 0)


def _is_sound(column: pa.Array) -> bool:
    if column.null_count:
        return False
    return not pa.types.is_floating(column.type) or bool(np.isfinite(column.to_numpy()).all())


def _lines(dialect: Dialect, chunk: bytes, pieces: list[Piece]) -> Longs:
    """Return how many lines of the chunk are before each of its rows."""
    starts: list[int] = []
    for piece in pieces:
        if piece.kind == "odd":
            starts.append(piece.start)
        elif piece.kind == "good":
            starts.extend(dialect.starts(chunk, piece.start, piece.end))
    return _lines_before(chunk, starts)


def _lines_before(chunk: bytes, starts: list[int]) -> Longs:
    ends = np.fromiter((end.end() for end in EOL.finditer(chunk)), np.int64)
    return np.searchsorted(ends, np.asarray(starts, np.int64), side="right").astype(np.int64)


def _rejected(chunk: bytes, pieces: list[Piece], first_line: int) -> Iterator[Rejected]:
    mine = [piece for piece in pieces if piece.kind == "rejected"]
    lines = _lines_before(chunk, [piece.start for piece in mine])
    for piece, line in zip(mine, lines.tolist(), strict=True):
        text = chunk[piece.start : piece.end].decode("utf-8", "replace").rstrip("\r\n")
        yield Rejected(first_line + line, piece.reason, text.replace(UNREADABLE, "\ufffd"))
