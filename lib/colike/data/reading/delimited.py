"""Delimited text (CSV and its kin) to columns.

The quick way has pyarrow read a chunk straight into the wanted types. A chunk with anything unusual
takes the careful way, row by row where need be, and gives texts. Both give equal rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv

from colike.compute.arrays import Longs
from colike.config.files import File
from colike.data.reading.records import EOL, STAND_INS, Dialect, Escape, Piece, as_rfc
from colike.data.reading.rows import Columns, Rejected, Rows, positions
from colike.data.reading.streams import (
    BYTE_ORDER_MARK,
    UNREADABLE,
    Source,
    line_chunks,
    lines_before,
)
from colike.errors import QualityError, SchemaError

HEAD_BYTES = 1 << 20
#: How many rows tell the number of columns of a file without a header.
SAMPLED_ROWS = 1000
OTHER_SEPARATORS = (b";", b"\t", b"|", b"::", b",")
#: pyarrow reads 0x10 as a number, which nobody else does.
HEXADECIMAL = (b"0x", b"0X")
MARK = BYTE_ORDER_MARK.encode("utf-8")
Types = Mapping[str, pa.DataType]


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, numbers where it has none, and how it writes its rows."""

    names: tuple[str, ...]
    dialect: Dialect
    has_line: bool

    @staticmethod
    def of(source: Source, file: File) -> "Header":
        """Return the header of a file.

        Raises:
            QualityError: The file is empty, or its header is not of the encoding.
        """
        head = head_of(source, file)
        plain = dialect_of(file)
        first, _ = plain.first(head)
        if file.header:
            names = tuple(text.decode("utf-8").strip() for text in first)
            if any(UNREADABLE in name for name in names):
                raise QualityError(wrong_encoding(source, file, 1))
            return Header(names, replace(plain, fields=len(first)), has_line=True)
        fields = _usual_number(plain, head)
        names = tuple(str(number + 1) for number in range(fields))
        return Header(names, replace(plain, fields=fields), has_line=False)

    def first_row(self, chunk: bytes) -> int:
        """Return where the first row is in the first chunk of the file."""
        start = len(MARK) if chunk.startswith(MARK) else 0
        return start + self.dialect.first(chunk[start:])[1] if self.has_line else start


def head_of(source: Source, file: File) -> bytes:
    """Return the beginning of a file as UTF-8, without a byte order mark.

    Raises:
        QualityError: The file is empty.
    """
    beginning = Source(source.name, source.head(HEAD_BYTES))
    head = b"".join(line_chunks(beginning, file.encoding, 0, None)).removeprefix(MARK)
    if not head.strip():
        raise QualityError(f"{source.name} has no rows; give a file with data.")
    return head


def dialect_of(file: File) -> Dialect:
    """Return how a file writes its rows, but for their number of fields."""
    return Dialect(
        separator=file.separator.encode("utf-8"),
        quote=None if file.quote is None else file.quote.encode("utf-8"),
        escapes=_ways(file),
        multiline=file.multiline is not False,
        fields=1,
    )


def has_quoted_line_breaks(source: Source, file: File) -> bool:
    """Return whether a row in the file's beginning goes over several lines."""
    dialect, head = Header.of(source, file).dialect, head_of(source, file)
    if dialect.quote is None or dialect.quote not in head:
        return False
    return any(_goes_on(dialect, head, piece) for piece in dialect.pieces(head, is_last=False))


def wrong_encoding(source: Source, file: File, line: int) -> str:
    """Return the sentence on a line that has bytes of another encoding."""
    return (
        f"{source.name}, line {line}, has bytes that are not {file.encoding}; set the file's "
        "`encoding` in the config, such as latin-1 or cp1252."
    )


@dataclass(frozen=True)
class DelimitedReader:
    """Reads ranges of one file."""

    source: Source
    file: File
    header: Header
    at: Mapping[str, int]
    types: Types

    @staticmethod
    def of(source: Source, file: File, columns: Columns, types: Types) -> "DelimitedReader":
        """Return the reader of a file's columns.

        Args:
            source: The file.
            file: Its form.
            columns: The wanted columns.
            types: The types that the quick way reads; other columns are texts.

        Raises:
            SchemaError: It has no such column, or two.
        """
        header = Header.of(source, file)
        try:
            at = positions(source.name, header.names, columns)
        except SchemaError as error:
            raise SchemaError(f"{error}{_hint(header, file)}") from None
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
        if UNREADABLE.encode("utf-8") in chunk or (has_quotes and not dialect.is_good(chunk)):
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


def _ways(file: File) -> tuple[Escape, ...]:
    if file.escape is None:
        return ("double", "backslash")
    return ("double",) if file.escape == file.quote else ("backslash",)


def _usual_number(dialect: Dialect, head: bytes) -> int:
    """Return the number of fields that most of the first rows have."""

    def numbers() -> Iterator[int]:
        at = 0
        while at < len(head):
            fields, after = dialect.first(head[at : at + HEAD_BYTES // 8])
            yield len(fields)
            at += after

    return Counter(islice(numbers(), SAMPLED_ROWS)).most_common(1)[0][0]


def _hint(header: Header, file: File) -> str:
    """Return what else may be wrong where columns are missing: the separator."""
    if len(header.names) > 1:
        return ""
    name = header.names[0].encode("utf-8")
    found = [sign for sign in OTHER_SEPARATORS if sign in name and sign != file.separator.encode()]
    return (
        f" It seems to be separated by {found[0].decode()!r}: set its `separator`." if found else ""
    )


def _goes_on(dialect: Dialect, chunk: bytes, piece: Piece) -> bool:
    text = chunk[piece.start : piece.end]
    lines = sum(1 for line in EOL.split(text) if line)
    if piece.kind == "odd":
        return lines > 1
    return piece.kind == "good" and lines > sum(1 for _ in dialect.starts(text, 0, len(text)))


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
