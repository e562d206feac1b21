"""Rating files of any form, and a brute-force reader that says what is right of them."""

import gzip
from dataclasses import dataclass

from hypothesis import strategies as st

SEPARATORS = (",", ";", "\t", "|", "::", "~^~")
ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "shift_jis")
LINE_ENDS = ("\n", "\r\n", "\r")
COLUMNS = ["user", "note", "item", "rating"]
ITEMS = ["1", "2", "3", "12", "007"]


@dataclass(frozen=True)
class Written:
    """A file, how it was written, and what a row is."""

    text: str
    separator: str
    encoding: str
    quoting: bool
    header: bool
    order: tuple[str, ...]
    packed: bool
    string_ids: bool

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        raw = self.text.encode(self.encoding)
        return gzip.compress(raw) if self.packed else raw


VALUES = {
    "user": st.sampled_from(["1", "7", " 12 ", "0012", "3.0", "", "x", "-5", "9" * 19, "4.5"]),
    "item": st.sampled_from([*ITEMS, "99", "", "1.0", " 2"]),
    "rating": st.sampled_from(["1", "10", "7.5", "11", "0", "-1", "abc", "", "NaN", "8,5", " 9 "]),
    "note": st.text(st.sampled_from('ab ,;|:\t"~^\\é'), max_size=6) | st.just("0x1F"),
}
#: Lines that are no row of any file.
BROKEN = st.sampled_from(['1,"x', "1", '"', "1,2,3,4,5,6", '7,"a"b",2,9', "::::", "", "  ", '""'])


@st.composite
def files(draw: st.DrawFn) -> Written:
    """Files with good rows, rows with wrong values, and rows without form."""
    separator, encoding = draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(ENCODINGS))
    line_end, quoting = draw(st.sampled_from(LINE_ENDS)), draw(st.booleans())
    order = tuple(draw(st.permutations(COLUMNS)))
    header, always = draw(st.booleans()), draw(st.booleans())

    def field(text: str) -> str:
        needs = any(sign in text for sign in (separator, '"', "\n", "\r"))
        if quoting and (needs or always):
            return '"' + text.replace('"', '""') + '"'
        return text if quoting else text.replace(separator, " ")

    def line() -> str:
        if draw(st.integers(0, 9)) == 0:
            return draw(BROKEN)
        return separator.join(field(draw(VALUES[name])) for name in order)

    lines = [separator.join(order)] if header else [separator.join(field("1") for _ in order)] * 3
    lines += [line() for _ in range(draw(st.integers(0, 30)))]
    text = line_end.join(lines) + (line_end if draw(st.booleans()) else "")
    if encoding == "shift_jis":
        text = text.replace("é", "進")
    return Written(
        text, separator, encoding, quoting, header, order, draw(st.booleans()), draw(st.booleans())
    )


def brute_force(file: Written) -> tuple[list[dict[str, str]], int]:
    """Return the rows that have the form, by column, and the number of lines that have not.

    Character by character, as docs/data.md says it.
    """
    lines = file.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = [line for line in lines if line][1 if file.header else 0 :]
    rows, wrong = [], 0
    for line in lines:
        fields = _fields(line, file.separator, file.quoting)
        if fields is None or len(fields) != len(file.order):
            wrong += 1
        else:
            rows.append(dict(zip(file.order, fields, strict=True)))
    return rows, wrong


def _fields(line: str, separator: str, quoting: bool) -> list[str] | None:
    if not quoting:
        return line.split(separator)
    for escape in ("doubled first", "backslash first"):
        fields = _read(line, separator, escape)
        if fields is not None and len(fields) == len(COLUMNS):
            return fields
    return None


def _read(line: str, separator: str, escape: str) -> list[str] | None:
    fields, rest = [], line
    while True:
        field = None
        if rest.startswith('"'):
            ways = [_doubled(rest, separator), _backslashed(rest, separator)]
            ways = ways if escape == "doubled first" else ways[::-1]
            field = next((way for way in ways if way is not None), None)
            bare = rest.split(separator)[0]
            if field is None and bare.count('"') % 2:
                return None
        text, used = field or (rest.split(separator)[0],) * 2
        fields.append(text)
        rest = rest[len(used) :]
        if not rest:
            return fields
        rest = rest[len(separator) :]


def _doubled(rest: str, separator: str) -> tuple[str, str] | None:
    at = 1
    while at < len(rest):
        if rest.startswith('""', at):
            at += 2
        elif rest[at] == '"':
            return _closed(rest, at, separator, rest[1:at].replace('""', '"'))
        else:
            at += 1
    return None


def _backslashed(rest: str, separator: str) -> tuple[str, str] | None:
    text, at = "", 1
    while at < len(rest):
        if rest[at] == "\\" and at + 1 < len(rest):
            escaped = rest[at + 1]
            text += escaped if escaped in '\\"' else rest[at : at + 2]
            at += 2
        elif rest.startswith('""', at):
            text, at = text + '"', at + 2
        elif rest[at] == '"':
            return _closed(rest, at, separator, text)
        else:
            text, at = text + rest[at], at + 1
    return None


def _closed(rest: str, at: int, separator: str, text: str) -> tuple[str, str] | None:
    after = rest[at + 1 :]
    return (text, rest[: at + 1]) if not after or after.startswith(separator) else None
