"""Rating files of any form."""

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
    multiline: bool | None
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
#: Lines that are no row of any file, and such as stray quotes make of rows.
BROKEN = st.sampled_from(
    ['1,"x', "1", '"', "1,2,3,4,5,6", '7,"a"b",2,9', "::::", "", "  ", '""', '"a,1,2,3', '1,2,3,b"']
)


@st.composite
def files(draw: st.DrawFn) -> Written:
    """Files with good rows, rows with wrong values, and rows without form."""
    separator, encoding = draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(ENCODINGS))
    line_end, quoting = draw(st.sampled_from(LINE_ENDS)), draw(st.booleans())
    order = tuple(draw(st.permutations(COLUMNS)))
    header, always = draw(st.booleans()), draw(st.booleans())
    multiline = draw(st.sampled_from([True, False, None])) if quoting else False
    breaks = multiline is not False and draw(st.booleans())

    def field(text: str) -> str:
        text = text.replace("^", line_end) if breaks else text
        needs = any(sign in text for sign in (separator, '"', "\n", "\r"))
        if quoting and (needs or always):
            return '"' + text.replace('"', '""') + '"'
        return text if quoting else text.replace(separator, " ")

    def line() -> str:
        if draw(st.integers(0, 9)) == 0:
            return draw(BROKEN).replace(",", separator)
        fields = [field(draw(VALUES[name])) for name in order]
        place, stray = draw(st.integers(0, len(order) - 1)), draw(st.integers(0, 3))
        if stray == 0:
            fields[place] = '"' + fields[place]
        elif stray == 1:
            fields[place] += '"'
        return separator.join(fields)

    lines = [separator.join(order)] if header else [separator.join(field("1") for _ in order)] * 31
    lines += [line() for _ in range(draw(st.integers(0, 30)))]
    text = line_end.join(lines) + (line_end if draw(st.booleans()) else "")
    if encoding == "shift_jis":
        text = text.replace("é", "進")
    return Written(
        text,
        separator,
        encoding,
        quoting,
        multiline,
        header,
        order,
        packed=draw(st.booleans()),
        string_ids=draw(st.booleans()),
    )
