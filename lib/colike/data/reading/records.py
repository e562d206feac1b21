"""Records of delimited text: which rows have their form, by RFC 4180 and its usual exceptions.

A field is quoted if it begins with a quote, and then ends with a quote before a separator or the
end of the line; a quote within is doubled, or stands after a backslash, as Spark writes it. A field
that begins with a quote, has an even number of them and does not end so is read as it is written:
"weird al" yankovic. One with a quote that does not close is no field: its line is rejected, and
reading continues with the next one. So is a line that has not as many fields as the header.

Where nobody has said that quoted fields go over lines, one of which a line is a row of the file by
itself may be text, or what two stray quotes have joined: all of its lines are rejected.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from colike.data.reading.patterns import Escape, Patterns
from colike.data.reading.shape import Shape
from colike.data.reading.streams import UNREADABLE

UNCLOSED = "unclosed_quote"
ROWS_IN_QUOTES = "rows_in_quotes"
FIELDS = "wrong_number_of_fields"
ENCODING = "wrong_encoding"
UNREADABLE_BYTES = UNREADABLE.encode("utf-8")
EOL = re.compile(rb"\r\n|\n|\r")
LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
# Of a row with a quote that does not close within so many bytes, the first line is rejected.
LONGEST_RECORD = 4 << 20
#: How much of a text is looked at for its first row.
SNIFFED_BYTES = 1 << 17
#: Separators of a single byte to put in place of a longer one.
STAND_INS = (b"\x1f", b"\x1e", b"\x1d", b"\x1c", b"\x01", b"\x02")


class Piece(NamedTuple):
    """Bytes of a chunk: rows that have the form, one odd row by its fields, or a rejected line."""

    kind: Literal["good", "odd", "rejected"]
    start: int
    end: int
    fields: tuple[bytes, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Dialect:
    """How a file writes its rows: `fields` is their number in each; bytes are UTF-8.

    `sample` has rows of the file, by which one within quotes is told; None: nobody looks for those.
    """

    separator: bytes
    quote: bytes | None
    escapes: tuple[Escape, ...]
    multiline: bool
    fields: int
    sample: bytes | None = None

    def pieces(self, chunk: bytes, is_last: bool) -> Iterator[Piece]:
        """Yield the pieces of a chunk in order.

        They end before the chunk does where its last row may continue in the next chunk.

        Args:
            chunk: Whole lines.
            is_last: Whether nothing follows.
        """
        at = 0
        while at < len(chunk):
            end = _end(self._patterns.many, chunk, at)
            if end > at:
                yield from self._readable(chunk, at, end)
                at = end
                continue
            odd = self._odd(chunk, at, is_last)
            if odd is None:
                return
            yield from odd
            at = odd[-1].end

    def starts(self, chunk: bytes, start: int, end: int) -> Iterator[int]:
        """Yield where each row of a good piece starts."""
        while start < end:
            if not EOL.match(chunk, start):
                yield start
            start = _end(self._patterns.one, chunk, start)

    def is_good(self, chunk: bytes) -> bool:
        """Return whether all rows have the form as RFC 4180 writes it."""
        if self.sample is not None and self._alone.is_good(chunk):
            return True
        end = _end(self._patterns.many, chunk, 0)
        return end == len(chunk) and next(self._wrong(chunk, 0, end), None) is None

    def first(self, chunk: bytes) -> tuple[list[bytes], int]:
        """Return the fields of the first row, however many, and where the next one starts."""
        at = 0
        while blank := EOL.match(chunk, at):
            at = blank.end()
        for escape in self.escapes:
            read = self._fields(chunk, at, escape, is_last=True)
            if isinstance(read, tuple):
                return read
        end = _end(LINE, chunk, at)
        return chunk[at:end].strip(b"\r\n").split(self.separator), end

    def rows(self, text: bytes) -> Iterator[list[bytes]]:
        """Yield the fields of rows, however many, of which the longest are cut."""
        at = 0
        while at < len(text):
            fields, used = self.first(text[at : at + SNIFFED_BYTES])
            yield fields
            at += used

    def _readable(self, chunk: bytes, start: int, end: int) -> Iterator[Piece]:
        """Yield good pieces, and between them what is wrong with other rows of the form."""
        at = start
        for row, after, reason in self._wrong(chunk, start, end):
            if row > at:
                yield Piece("good", at, row)
            yield from _rejected(chunk, row, after, reason)
            at = after
        if end > at:
            yield Piece("good", at, end)

    def _wrong(self, chunk: bytes, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Yield where rows of the form start and end that are rejected all the same, and why."""
        is_readable = chunk.find(UNREADABLE_BYTES, start, end) < 0
        if is_readable and self.sample is None:
            return
        at = start
        while at < end:
            # Of rows on one line none is wrong where all bytes can be read.
            row = _end(self._alone._patterns.many, chunk, at) if is_readable else at
            if row >= end:
                return
            at = _end(self._patterns.one, chunk, row)
            reason = "" if EOL.match(chunk, row) else self._fault(chunk, row, at)
            if reason:
                yield row, at, reason

    def _fault(self, chunk: bytes, start: int, end: int) -> str:
        """Return why a row of the right number of fields is rejected; nothing if it is not."""
        if chunk.find(UNREADABLE_BYTES, start, end) >= 0:
            return ENCODING
        if self.sample is None:
            return ""
        further = list(_lines(chunk, start, end))[1:]
        return ROWS_IN_QUOTES if any(self._is_row(chunk[at:to]) for at, to in further) else ""

    def _is_row(self, line: bytes) -> bool:
        """Return whether a line looks like a row of the file."""
        may_be = line.count(self.separator) >= self.fields - 1
        return may_be and self._shape.fits(self._alone.first(line)[0])

    @cached_property
    def _shape(self) -> Shape:
        return Shape.of(self.rows(self.sample or b""), self.fields)

    @cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self.separator, self.quote, self.escapes, self.multiline, self.fields)

    @cached_property
    def _alone(self) -> "Dialect":
        """The dialect of which each line is a row."""
        return replace(self, multiline=False, sample=None)

    def _odd(self, chunk: bytes, at: int, is_last: bool) -> tuple[Piece, ...] | None:
        """Return the row at `at`, which RFC 4180 does not read; None if more bytes are needed."""
        reason = FIELDS
        for escape in self.escapes:
            read = self._fields(chunk, at, escape, is_last)
            if read is None:
                return None
            if isinstance(read, str):
                reason = read
                continue
            fields, end = read
            if len(fields) == self.fields:
                fault = self._fault(chunk, at, end)
                if fault:
                    return tuple(_rejected(chunk, at, end, fault))
                return (Piece("odd", at, end, tuple(fields)),)
        return (Piece("rejected", at, _end(LINE, chunk, at), reason=reason),)

    def _fields(
        self, chunk: bytes, at: int, escape: Escape, is_last: bool
    ) -> tuple[list[bytes], int] | str | None:
        """Return a row's fields and where the next row starts, or why there are none.

        None: the chunk ends within quotes, and the next one may close them.
        """
        fields: list[bytes] = []
        while True:
            if self.quote is not None and chunk.startswith(self.quote, at):
                read = self._quoted_field(chunk, at, escape, is_last)
                if not isinstance(read, tuple):
                    return read
                text, at = read
            else:
                end = _end(self._patterns.bare, chunk, at)
                text, at = chunk[at:end], end
            fields.append(text)
            if chunk.startswith(self.separator, at):
                at += len(self.separator)
                continue
            return fields, _end(EOL, chunk, at)

    def _quoted_field(
        self, chunk: bytes, at: int, escape: Escape, is_last: bool
    ) -> tuple[bytes, int] | str | None:
        quote = self.quote or b""
        for way in (escape, *(way for way in self.escapes if way != escape)):
            closed = self._patterns.quoted[way].match(chunk, at)
            if closed is not None:
                return self._unescaped(closed[1], way), closed.end()
        end = _end(self._patterns.bare, chunk, at)
        if chunk.count(quote, at, end) % 2 == 0:
            return chunk[at:end], end
        is_open = self._patterns.open[escape].fullmatch(chunk, at) is not None
        if self.multiline and not is_last and is_open and len(chunk) - at < LONGEST_RECORD:
            return None
        return UNCLOSED

    def _unescaped(self, text: bytes, way: Escape) -> bytes:
        quote = self.quote or b""
        if way == "double":
            return text.replace(quote * 2, quote)
        escaped = rb"\\([\\" + quote + rb"])|" + quote + rb"(" + quote + rb")"
        return re.sub(escaped, lambda found: found[1] or found[2], text)


def _end(pattern: re.Pattern[bytes], chunk: bytes, at: int) -> int:
    """Return where a pattern that matches anything, if only nothing, ends."""
    found = pattern.match(chunk, at)
    return at if found is None else found.end()


def _lines(chunk: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        after = _end(LINE, chunk, start)
        yield start, after
        start = after


def _rejected(chunk: bytes, start: int, end: int, reason: str) -> Iterator[Piece]:
    """Yield a rejected row: each of its lines where each may be a row."""
    if reason != ROWS_IN_QUOTES:
        yield Piece("rejected", start, end, reason=reason)
        return
    for at, after in _lines(chunk, start, end):
        if not EOL.match(chunk, at):
            yield Piece("rejected", at, after, reason=reason)


def as_rfc(fields: tuple[bytes, ...], separator: bytes, quote: bytes) -> bytes:
    """Return fields as one line of RFC 4180."""
    return separator.join(quote + text.replace(quote, quote * 2) + quote for text in fields) + b"\n"
