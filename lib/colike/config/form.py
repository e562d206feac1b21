"""How an input file is written down: its format, and what delimited text has besides."""

import codecs
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from colike.config.section import FileFormat, Section, Share, Text, seen
from colike.snapshot.settings import LARGEST


def _column(column: int | str) -> int | str:
    if isinstance(column, str):
        return seen(column)
    if not 1 <= column <= LARGEST:
        raise ValueError(f"{column} is no number of a column; the first is 1")
    return column


#: A column of a file: its name, or its number from 1 where the file has no header.
Column = Annotated[int | str, AfterValidator(_column)]
Character = Annotated[str, Field(min_length=1, max_length=1)]
LINE_ENDS = frozenset("\r\n")
BACKSLASH = "\\"
#: Keys of delimited text, which other formats do not have.
TEXT_KEYS = ("separator", "header", "quote", "escape", "multiline")
#: A version of a Delta table: its number, or a time with its time zone.
AsOf = int | datetime
#: By format, the keys that its reader does not read.
UNREAD = {
    "csv": ("as_of",),
    "json": ("as_of", *TEXT_KEYS),
    "parquet": ("as_of", "encoding", *TEXT_KEYS),
    "delta": ("encoding", *TEXT_KEYS),
}


class File(Section):
    """A file, folder or URI, and its form; what is left out has the usual value of its format.

    `escape` null reads a quote within quotes both ways, doubled and after a backslash;
    `multiline` null looks for quoted line breaks in the first megabyte of a file, and rejects
    quoted fields that hold what are rows by themselves. `max_rejected_share` null is that of all
    files. `as_of` is the version of a Delta table that is read, or a time, of which the version
    then newest is; null reads the newest.
    """

    path: Text
    format: FileFormat = "auto"
    separator: Annotated[str, Field(min_length=1, max_length=8)] = ","
    encoding: str = "utf-8"
    header: bool = True
    quote: Character | None = '"'
    escape: Character | None = None
    multiline: bool | None = None
    max_rejected_share: Share | None = None
    as_of: AsOf | None = None

    @property
    def named(self) -> Mapping[str, Column | None]:
        """The columns that the config names, by their keys."""
        return {}

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            # Codecs of bytes (base64) and of host names (idna) cannot decode a file.
            bytes(range(256)).decode(name, "replace")
        except (LookupError, UnicodeError):
            raise ValueError(
                f"{name!r} is no encoding that Python knows; usual ones are utf-8, latin-1, "
                "cp1252 and utf-16"
            ) from None
        known = codecs.lookup(name).name
        return "utf-8" if known == "utf-8-sig" else known  # the mark is left out anyway

    @field_validator("as_of", mode="before")
    @classmethod
    def _version(cls, value: object) -> object:
        is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if value is None or is_number:
            return value
        try:
            time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise ValueError(
                f"{value!r} is neither the number of a version (12) nor a time with its zone "
                "(2026-11-20T03:00:00+01:00)"
            )
        return time

    @field_validator("separator")
    @classmethod
    def _separates(cls, text: str) -> str:
        if set(text) & LINE_ENDS:
            raise ValueError(f"{text!r} cannot separate fields: it has a line end")
        return text

    @field_validator("quote")
    @classmethod
    def _quotes(cls, sign: str | None) -> str | None:
        if sign is not None and (not sign.isascii() or sign in LINE_ENDS or sign == BACKSLASH):
            raise ValueError(f"{sign!r} cannot be a quote: take an ASCII character such as '")
        return sign

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        """Refuse keys that the format has no use for."""
        unread = [key for key in UNREAD.get(self.format, ()) if self._differs(key)]
        if unread:
            raise ValueError(
                f"{' and '.join(unread)} {'means' if len(unread) == 1 else 'mean'} nothing where "
                f"format is {self.format}; leave out what the format does not have"
            )
        if self.quote is None:
            unread = [key for key in ("escape", "multiline") if getattr(self, key)]
            if unread:
                raise ValueError(
                    f"quote is null, so there is no {' or '.join(unread)}; leave that out, or set "
                    "a quote"
                )
            return self
        if self.escape not in (None, BACKSLASH, self.quote):
            raise ValueError(
                f"escape is {self.escape!r}; it has to be a backslash or the quote itself "
                f"({self.quote}), or null for both"
            )
        if set(self.separator) & {self.quote, self.escape}:
            raise ValueError(
                f"separator {self.separator!r} cannot separate fields: it has the quote or the "
                "escape (set `quote: null` if quotes mean nothing)"
            )
        return self

    @model_validator(mode="after")
    def _named_by_header(self) -> Self:
        """Refuse a column that is not named in the way that the header asks for."""
        for key, column in self.named.items():
            if column is not None and isinstance(column, int) == self.header:
                wanted = (
                    "a name, since the file has a header (or set `header: false`)"
                    if self.header
                    else "its number from 1, since the file has no header"
                )
                raise ValueError(f"{key} is {column!r}; it has to be {wanted}")
        return self

    def _differs(self, key: str) -> bool:
        return bool(getattr(self, key) != type(self).model_fields[key].default)
