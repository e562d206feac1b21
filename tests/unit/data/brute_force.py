"""A brute-force reader of delimited text, character by character, as docs/data.md says it."""

import re

from .files_of_any_form import COLUMNS, Written

WAYS = ("doubled first", "backslash first")
LINE_END = re.compile(r"\r\n|\n|\r")
TRAITS = (r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*", r"\s*\S+\s*", r"(?s).*")


def brute_force(file: Written) -> tuple[list[dict[str, str]], int]:
    """Return the rows that have the form, by column, and the number of lines that have not."""
    rows, wrong = [], 0
    text = file.text
    if file.header:
        text = text[len(_lines(text)[0]) :]
    looks_like_a_row = _shape(file, text)
    while text:
        blank = LINE_END.match(text)
        if blank:
            text = text[blank.end() :]
            continue
        read = _row(file, text)
        used = _lines(text)[0] if read is None else text[: read[1]]
        lines = [line for line in map(_bare_line, _lines(used)) if line]
        is_doubtful = file.multiline is None and any(map(looks_like_a_row, lines[1:]))
        if read is None or is_doubtful:
            wrong += len(lines)
        else:
            rows.append(dict(zip(file.order, read[0], strict=True)))
        text = text[len(used) :]
    return rows, wrong


def _lines(text):
    """Lines with their ends."""
    ends = [*(found.end() for found in LINE_END.finditer(text)), len(text)]
    lines = (text[start:end] for start, end in zip([0, *ends], ends, strict=False))
    return [line for line in lines if line]


def _bare_line(line):
    return line.rstrip("\r\n")


def _shape(file, text):
    """Whether a line by itself has as many fields as a row, each alike to those of its column."""
    known = []
    while text:
        read = _any_row(file, text, file.multiline is not False)
        known.append(read[0])
        text = text[read[1] :]
    known = [fields for fields in known if len(fields) == len(COLUMNS)]
    traits = []
    for place in range(len(COLUMNS)):
        values = [row[place] for row in known]
        filled = [value for value in values if value.strip() and "\n" not in value]
        trait = next(each for each in TRAITS if all(re.fullmatch(each, one) for one in filled))
        is_filled = filled and all(value.strip() for value in values)
        traits.append((trait if filled else TRAITS[-1], is_filled))

    def looks_like_a_row(line):
        fields, _ = _any_row(file, line, False)
        return len(fields) == len(COLUMNS) and all(
            re.fullmatch(trait, value) if value.strip() else not is_filled
            for value, (trait, is_filled) in zip(fields, traits, strict=True)
        )

    return looks_like_a_row


def _any_row(file, text, over_lines):
    """Return the fields of the first row, however many, and how many characters they take."""
    blank = re.match(r"[\r\n]*", text).end()
    for escape in WAYS if file.quoting else []:
        read = _read(text[blank:], file.separator, escape, over_lines)
        if read is not None:
            return read[0], blank + read[1]
    line = _lines(text[blank:])[:1]
    return _bare_line("".join(line)).split(file.separator), blank + len("".join(line))


def _row(file, text):
    if not file.quoting:
        fields = _bare_line(_lines(text)[0]).split(file.separator)
        return (fields, len(_lines(text)[0])) if len(fields) == len(COLUMNS) else None
    for escape in WAYS:
        read = _read(text, file.separator, escape, file.multiline is not False)
        if read is not None and len(read[0]) == len(COLUMNS):
            return read
    return None


def _read(text, separator, escape, over_lines):
    """Return fields and how many characters they take with the line's end; None for no row."""
    fields, at = [], 0
    reach = text if over_lines else _bare_line(_lines(text)[0]) if text else ""
    while True:
        rest = reach[at:]
        bare = re.split(LINE_END.pattern + "|" + re.escape(separator), rest)[0]
        field = None
        if rest.startswith('"'):
            ways = [_doubled(rest, separator), _backslashed(rest, separator)]
            ways = ways if escape == WAYS[0] else ways[::-1]
            field = next((way for way in ways if way is not None), None)
            if field is None and bare.count('"') % 2:
                return None
        value, used = field or (bare, bare)
        fields.append(value)
        at += len(used)
        if reach.startswith(separator, at):
            at += len(separator)
            continue
        end = LINE_END.match(text, at)
        return fields, end.end() if end else at


def _doubled(rest, separator):
    at = 1
    while at < len(rest):
        if rest.startswith('""', at):
            at += 2
        elif rest[at] == '"':
            return _closed(rest, at, separator, rest[1:at].replace('""', '"'))
        else:
            at += 1
    return None


def _backslashed(rest, separator):
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


def _closed(rest, at, separator, text):
    after = rest[at + 1 :]
    ends = not after or after.startswith((separator, "\n", "\r"))
    return (text, rest[: at + 1]) if ends else None
