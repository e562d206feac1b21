"""The first lines of delimited text: the names of its columns, and how it writes its rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from colike.config.form import File
from colike.data.reading.records import EOL, Dialect, Escape, Piece
from colike.data.reading.streams import MARK, UNREADABLE, Source, line_chunks
from colike.errors import QualityError

HEAD_BYTES = 1 << 20
#: How many rows tell the number of columns of a file without a header.
SAMPLED_ROWS = 1000
OTHER_SEPARATORS = (b";", b"\t", b"|", b"::", b",")


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
                raise QualityError(
                    f"{source.name}, line 1, has bytes that are not {file.encoding}; set the "
                    "file's `encoding` in the config, such as latin-1 or cp1252."
                )
            return Header(names, replace(plain, fields=len(first)), has_line=True)
        fields = _usual_number(plain, head)
        names = tuple(str(number + 1) for number in range(fields))
        return Header(names, replace(plain, fields=fields), has_line=False)

    def first_row(self, chunk: bytes) -> int:
        """Return where the first row is in the first chunk of the file."""
        start = len(MARK) if chunk.startswith(MARK) else 0
        return start + self.dialect.first(chunk[start:])[1] if self.has_line else start

    def hint(self, file: File) -> str:
        """Return what else may be wrong where columns are missing: the separator."""
        if len(self.names) > 1:
            return ""
        name = self.names[0].encode("utf-8")
        found = [
            sign for sign in OTHER_SEPARATORS if sign in name and sign != file.separator.encode()
        ]
        return (
            f" It seems to be separated by {found[0].decode()!r}: set its `separator`."
            if found
            else ""
        )


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


def _goes_on(dialect: Dialect, chunk: bytes, piece: Piece) -> bool:
    text = chunk[piece.start : piece.end]
    lines = sum(1 for line in EOL.split(text) if line)
    if piece.kind == "odd":
        return lines > 1
    return piece.kind == "good" and lines > sum(1 for _ in dialect.starts(text, 0, len(text)))
