"""Records of delimited text: which rows have their form, by RFC 4180 and its usual exceptions.

A field is quoted if it begins with a quote, and then ends with a quote before a separator or the
end of the line; a quote within is doubled, or stands after a backslash, as Spark writes it. A field
that begins with a quote, has an even number of them and does not end so is read as it is written:
"weird al" yankovic. One with a quote that does not close is no field: its line is rejected, and
reading continues with the next one. So is a line that has not as many fields as the header.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from colike.data.reading.streams import UNREADABLE

UNCLOSED = "unclosed_quote"
FIELDS = "wrong_number_of_fields"
ENCODING = "wrong_encoding"
UNREADABLE_BYTES = UNREADABLE.encode("utf-8")
EOL = re.compile(rb"\r\n|\n|\r")
LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
# Of a row with a quote that does not close within so many bytes, the first line is rejected.
LONGEST_RECORD = 4 << 20
#: Separators of a single byte to put in place of a longer one.
STAND_INS = (b"\x1f", b"\x1e", b"\x1d", b"\x1c", b"\x01", b"\x02")

Escape = Literal["double", "backslash"]


class Piece(NamedTuple):
    """Bytes of a chunk: rows that have the form, one odd row by its fields, or a rejected line."""

    kind: Literal["good", "odd", "rejected"]
    start: int
    end: int
    fields: tuple[bytes, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Dialect:
    """How a file writes its rows: `fields` is their number in each; bytes are UTF-8."""

    separator: bytes
    quote: bytes | None
    escapes: tuple[Escape, ...]
    multiline: bool
    fields: int

    def pieces(self, chunk: bytes, is_last: bool) -> Iterator[Piece]:
        """Yield the pieces of a chunk in order.

        They end before the chunk does where its last row may continue in the next chunk.

        Args:
            chunk: Whole lines.
            is_last: Whether nothing follows.
        """
        at = 0
        while at < len(chunk):
            end = _end(self._many, chunk, at)
            if end > at:
                yield from self._readable(chunk, at, end)
                at = end
                continue
            odd = self._odd(chunk, at, is_last)
            if odd is None:
                return
            yield odd
            at = odd.end

    def starts(self, chunk: bytes, start: int, end: int) -> Iterator[int]:
        """Yield where each row of a good piece starts."""
        while start < end:
            if not EOL.match(chunk, start):
                yield start
            start = _end(self._one, chunk, start)

    def is_good(self, chunk: bytes) -> bool:
        """Return whether all rows have the form as RFC 4180 writes it."""
        return _end(self._many, chunk, 0) == len(chunk)

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

    def _readable(self, chunk: bytes, start: int, end: int) -> Iterator[Piece]:
        """Yield a good piece, without rows that have bytes of another encoding."""
        if chunk.find(UNREADABLE_BYTES, start, end) < 0:
            yield Piece("good", start, end)
            return
        at = start
        for row in self.starts(chunk, start, end):
            after = _end(self._one, chunk, row)
            if chunk.find(UNREADABLE_BYTES, row, after) >= 0:
                if row > at:
                    yield Piece("good", at, row)
                yield Piece("rejected", row, after, reason=ENCODING)
                at = after
        if end > at:
            yield Piece("good", at, end)

    def _odd(self, chunk: bytes, at: int, is_last: bool) -> Piece | None:
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
                if any(UNREADABLE_BYTES in text for text in fields):
                    return Piece("rejected", at, end, reason=ENCODING)
                return Piece("odd", at, end, tuple(fields))
        return Piece("rejected", at, _end(LINE, chunk, at), reason=reason)

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
                end = _end(self._bare, chunk, at)
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
            closed = self._quoted[way].match(chunk, at)
            if closed is not None:
                return self._unescaped(closed[1], way), closed.end()
        end = _end(self._bare, chunk, at)
        if chunk.count(quote, at, end) % 2 == 0:
            return chunk[at:end], end
        is_open = self._open[escape].fullmatch(chunk, at) is not None
        if self.multiline and not is_last and is_open and len(chunk) - at < LONGEST_RECORD:
            return None
        return UNCLOSED

    def _unescaped(self, text: bytes, way: Escape) -> bytes:
        quote = self.quote or b""
        if way == "double":
            return text.replace(quote * 2, quote)
        escaped = rb"\\([\\" + quote + rb"])|" + quote + rb"(" + quote + rb")"
        return re.sub(escaped, lambda found: found[1] or found[2], text)

    @cached_property
    def _bare(self) -> re.Pattern[bytes]:
        """A field as it is written, up to the next separator."""
        if len(self.separator) == 1:
            return re.compile(rb"[^\r\n" + re.escape(self.separator) + rb"]*+")
        return re.compile(rb"(?:(?!" + re.escape(self.separator) + rb")[^\r\n])*+")

    @cached_property
    def _quoted(self) -> dict[Escape, re.Pattern[bytes]]:
        """A quoted field up to its last quote, with what is between as group 1."""
        after = rb"(?=" + re.escape(self.separator) + rb"|\r|\n|\Z)"
        return {
            way: re.compile(self._mark + rb"(" + body + rb")" + self._mark + after)
            for way, body in self._bodies.items()
        }

    @cached_property
    def _open(self) -> dict[Escape, re.Pattern[bytes]]:
        """A quoted field that has not ended, for the chunk's rest."""
        return {
            way: re.compile(self._mark + body + rb"(?:" + self._mark + rb"|\\)?")
            for way, body in self._bodies.items()
        }

    @cached_property
    def _bodies(self) -> dict[Escape, bytes]:
        mark, ends = self._mark, b"" if self.multiline else rb"\r\n"
        plain = rb"[^" + ends + mark + rb"]*+"
        unescaped = rb"[^\\" + ends + mark + rb"]*+"
        escaped = rb"\\." if not self.multiline else rb"\\(?s:.)"
        return {
            "double": plain + rb"(?:" + mark + mark + plain + rb")*+",
            "backslash": unescaped
            + rb"(?:(?:"
            + escaped
            + rb"|"
            + mark
            + mark
            + rb")"
            + unescaped
            + rb")*+",
        }

    @property
    def _mark(self) -> bytes:
        return re.escape(self.quote or b"")

    @cached_property
    def _one(self) -> re.Pattern[bytes]:
        return re.compile(self._row)

    @cached_property
    def _many(self) -> re.Pattern[bytes]:
        return re.compile(rb"(?:" + self._row + rb")*+")

    @cached_property
    def _row(self) -> bytes:
        """A row that pyarrow reads as we do, or an empty line, with its line end."""
        separator = re.escape(self.separator)
        bare = rb"(?!" + self._mark + rb")" if self.quote else b""
        one = bare + self._bare.pattern
        if self.quote and len(self.separator) == 1:
            body = self._bodies["double"]
            if "double" not in self.escapes:
                body = body.replace(b"[^", rb"[^\\")
            quoted = self._mark + body + self._mark
            one = rb"(?:" + quoted + rb"|" + one + rb")"
        more = rb"(?:" + separator + one + rb"){%d}" % (self.fields - 1)
        return rb"(?:" + one + more + rb"(?:\r\n|\n|\r)|\r\n|\n|\r)"


def _end(pattern: re.Pattern[bytes], chunk: bytes, at: int) -> int:
    """Return where a pattern that matches anything, if only nothing, ends."""
    found = pattern.match(chunk, at)
    return at if found is None else found.end()


def as_rfc(fields: tuple[bytes, ...], separator: bytes, quote: bytes) -> bytes:
    """Return fields as one line of RFC 4180."""
    return separator.join(quote + text.replace(quote, quote * 2) + quote for text in fields) + b"\n"
