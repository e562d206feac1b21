"""The first lines of delimited text: the names of its columns, and how it writes its rows."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from colike.config.form import File
from colike.data.reading.faults import no_rows
from colike.data.reading.patterns import Escape
from colike.data.reading.records import EOL, ROWS_IN_QUOTES, Dialect, Piece
from colike.data.reading.shape import SAMPLED_ROWS
from colike.data.reading.streams import MARK, UNREADABLE, Source, line_chunks
from colike.errors import QualityError

HEAD_BYTES = 1 << 20
OTHER_SEPARATORS = (b";", b"\t", b"|", b"::", b",")


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, numbers where it has none, and how it writes its rows."""

    names: tuple[str, ...]
    dialect: Dialect
    has_line: bool

    @staticmethod
    def of(name: str, head: bytes, file: File) -> "Header":
        """Return the header of a file.

        Args:
            name: The file, for messages.
            head: Its beginning, as `head_of` returns it.
            file: Its form.

        Raises:
            QualityError: The header is not of the encoding.
        """
        plain = dialect_of(file)
        if not file.header:
            fields = _usual_number(plain, head)
            names = tuple(str(number + 1) for number in range(fields))
            return Header(names, _of_file(plain, fields, file, head), has_line=False)
        first, after = plain.first(head)
        names = tuple(text.decode("utf-8").strip() for text in first)
        if any(UNREADABLE in name for name in names):
            raise QualityError(
                f"{name}, line 1, has bytes that are not {file.encoding}; set the file's "
                "`encoding` in the config, such as latin-1 or cp1252."
            )
        return Header(names, _of_file(plain, len(first), file, head[after:]), has_line=True)

    def goes_over_lines(self, head: bytes) -> bool:
        """Return whether a row in the file's beginning goes over several lines."""
        dialect = self.dialect
        if dialect.quote is None or dialect.quote not in head:
            return False
        return any(_goes_on(dialect, head, piece) for piece in dialect.pieces(head, is_last=False))

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
        raise no_rows(source.name)
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


def _ways(file: File) -> tuple[Escape, ...]:
    if file.escape is None:
        return ("double", "backslash")
    return ("double",) if file.escape == file.quote else ("backslash",)


def _of_file(plain: Dialect, fields: int, file: File, rows: bytes) -> Dialect:
    """Return the dialect of a file with so many fields, whose first rows these are."""
    return replace(plain, fields=fields, sample=rows if file.multiline is None else None)


def _usual_number(dialect: Dialect, head: bytes) -> int:
    """Return the number of fields that most of the first rows have."""
    rows = islice(dialect.rows(head), SAMPLED_ROWS)
    return Counter(map(len, rows)).most_common(1)[0][0]


def _goes_on(dialect: Dialect, chunk: bytes, piece: Piece) -> bool:
    text = chunk[piece.start : piece.end]
    lines = sum(1 for line in EOL.split(text) if line)
    if piece.kind != "good":
        return lines > 1 or piece.reason == ROWS_IN_QUOTES
    return lines > sum(1 for _ in dialect.starts(text, 0, len(text)))
