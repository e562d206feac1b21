"""Regular expressions of delimited text, for the quick parts of its tokenizer."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Escape = Literal["double", "backslash"]


@dataclass(frozen=True)
class Patterns:
    """The expressions of a dialect, whose fields these are."""

    separator: bytes
    quote: bytes | None
    escapes: tuple[Escape, ...]
    multiline: bool
    fields: int

    @cached_property
    def bare(self) -> re.Pattern[bytes]:
        """A field as it is written, up to the next separator."""
        if len(self.separator) == 1:
            return re.compile(rb"[^\r\n" + re.escape(self.separator) + rb"]*+")
        return re.compile(rb"(?:(?!" + re.escape(self.separator) + rb")[^\r\n])*+")

    @cached_property
    def quoted(self) -> dict[Escape, re.Pattern[bytes]]:
        """A quoted field up to its last quote, with what is between as group 1."""
        after = rb"(?=" + re.escape(self.separator) + rb"|\r|\n|\Z)"
        return {
            way: re.compile(self.mark + rb"(" + body + rb")" + self.mark + after)
            for way, body in self.bodies.items()
        }

    @cached_property
    def open(self) -> dict[Escape, re.Pattern[bytes]]:
        """A quoted field that has not ended, for the chunk's rest."""
        return {
            way: re.compile(self.mark + body + rb"(?:" + self.mark + rb"|\\)?")
            for way, body in self.bodies.items()
        }

    @cached_property
    def bodies(self) -> dict[Escape, bytes]:
        """What may be between quotes."""
        mark, ends = self.mark, b"" if self.multiline else rb"\r\n"
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
    def mark(self) -> bytes:
        """The quote."""
        return re.escape(self.quote or b"")

    @cached_property
    def one(self) -> re.Pattern[bytes]:
        """A row."""
        return re.compile(self.row)

    @cached_property
    def many(self) -> re.Pattern[bytes]:
        """Rows, as many as there are."""
        return re.compile(rb"(?:" + self.row + rb")*+")

    @cached_property
    def row(self) -> bytes:
        """A row that pyarrow reads as we do, or an empty line, with its line end."""
        separator = re.escape(self.separator)
        bare = rb"(?!" + self.mark + rb")" if self.quote else b""
        one = bare + self.bare.pattern
        if self.quote and len(self.separator) == 1:
            body = self.bodies["double"]
            if "double" not in self.escapes:
                body = body.replace(b"[^", rb"[^\\")
            quoted = self.mark + body + self.mark
            one = rb"(?:" + quoted + rb"|" + one + rb")"
        more = rb"(?:" + separator + one + rb"){%d}" % (self.fields - 1)
        return rb"(?:" + one + more + rb"(?:\r\n|\n|\r)|\r\n|\n|\r)"
