"""How a file writes its rows: encoding, separator, header; and a sample of them."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from colike.config.form import File
from colike.config.section import CONTROLS
from colike.data.reading.files import form_of, rows_of
from colike.data.reading.header import Header, dialect_of, head_of
from colike.data.reading.records import Dialect
from colike.data.reading.streams import Source
from colike.data.values import texts_of
from colike.errors import ColikeError

SEPARATORS = (",", "\t", ";", "|", "::")
#: How much of a file is looked at for its encoding and its values.
LOOKED_AT_BYTES = 32 << 20
SAMPLED_ROWS = 200_000
SNIFFED_ROWS = 500
#: Characters of a column that a config names.
LONGEST_NAME = 200
NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)\s*")


@dataclass(frozen=True)
class Sample:
    """A file as it seems to be: its form, and texts of its first rows by column."""

    path: Path
    form: File
    columns: Mapping[str, list[str]]
    is_whole: bool

    @property
    def rows(self) -> int:
        """Number of sampled rows."""
        return max(map(len, self.columns.values()), default=0)


def sample_of(path: Path, root: Path) -> Sample | None:
    """Return a sample of a file; None for one that has no rows of several columns.

    Args:
        path: The file, or a folder of parts, of which the first is looked at.
        root: The folder that the config's paths are relative to.
    """
    relative = str(path.relative_to(root))
    try:
        return _sample(path, relative)
    except (ColikeError, OSError, UnicodeError, pa.ArrowInvalid):
        return None


def _sample(path: Path, relative: str) -> Sample | None:
    part = path if path.is_file() else next(p for p in sorted(path.rglob("*")) if p.is_file())
    source = Source(str(part))
    kind = form_of(source, File(path=relative))
    if kind == "parquet":
        return _of_columns(path, File(path=relative), source, pq.read_schema(part).names)
    if kind == "json":
        return _of_columns(path, File(path=relative), source, _keys(source))
    encoding = encoding_of(source.head(LOOKED_AT_BYTES))
    form = File(path=relative, encoding=encoding)
    head = head_of(source, form)
    form = form.model_copy(update={"separator": separator_of(head, form)})
    if not has_header(head, form):
        form = form.model_copy(update={"header": False})
    names = Header.of(source.name, head, form).names
    return _of_columns(path, form, source, names)


def encoding_of(head: bytes) -> str:
    """Return the encoding that bytes seem to have.

    >>> encoding_of("Léon".encode()), encoding_of("Léon".encode("latin-1"))
    ('utf-8', 'latin-1')
    >>> encoding_of("a’b".encode("cp1252")), encoding_of("a,b".encode("utf-16"))
    ('cp1252', 'utf-16')
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # The last character may be cut.
        is_whole = len(head) < LOOKED_AT_BYTES
        codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole)
    except UnicodeDecodeError:
        return "cp1252" if re.search(rb"[\x80-\x9f]", head) else "latin-1"
    return "utf-8"


def separator_of(head: bytes, form: File) -> str:
    """Return the separator with which most rows have the same number of fields, at least two."""

    def fit(separator: str) -> tuple[float, int]:
        dialect = dialect_of(form.model_copy(update={"separator": separator}))
        counts = _counts(dialect, head)
        most = max(set(counts), key=lambda count: (counts.count(count), count))
        return (counts.count(most) / len(counts) if most > 1 else 0, most)

    return max(SEPARATORS, key=fit)


def has_header(head: bytes, form: File) -> bool:
    """Return whether the first row is of names: words above columns of numbers."""
    dialect = dialect_of(form)
    rows = _rows(dialect, head)
    first, others = rows[0], rows[1:]
    if not others or any(not name.strip() for name in first):
        return False
    numeric = [
        column
        for column in range(len(first))
        if all(NUMBER.fullmatch(row[column]) for row in others if column < len(row) and row[column])
    ]
    if numeric:
        return not any(NUMBER.fullmatch(first[column]) for column in numeric)
    return len(set(first)) == len(first) and not any(
        name in row for row in others for name in first
    )


def _rows(dialect: Dialect, head: bytes) -> list[list[str]]:
    rows = islice(dialect.rows(head), SNIFFED_ROWS)
    return [[text.decode("utf-8", "replace") for text in fields] for fields in rows]


def _counts(dialect: Dialect, head: bytes) -> list[int]:
    return [len(row) for row in _rows(dialect, head)] or [1]


def _keys(source: Source) -> list[str]:
    keys: dict[str, None] = {}
    for line in source.head(1 << 20).decode("utf-8", "replace").splitlines()[:SNIFFED_ROWS]:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        keys.update(dict.fromkeys(found if isinstance(found, dict) else ()))
    return list(keys)


def _of_columns(path: Path, form: File, source: Source, found: Sequence[str]) -> Sample | None:
    """Return the columns that a config can name, None for fewer than two."""
    names = [name for name in found if len(name) <= LONGEST_NAME and not CONTROLS.search(name)]
    if len(names) < 2:
        return None
    wanted = {name: name if form.header else int(name) for name in names}
    texts: dict[str, list[str]] = {name: [] for name in names}
    read = rows_of(source, form, wanted, {}, 0, LOOKED_AT_BYTES if form.header else None)
    for rows in read:
        for name in names:
            texts[name] += [text or "" for text in texts_of(rows.table.column(name)).to_pylist()]
        if len(texts[names[0]]) >= SAMPLED_ROWS:
            break
    cut = {name: list(islice(values, SAMPLED_ROWS)) for name, values in texts.items()}
    return Sample(
        path, form, cut, path.is_file() and path.stat().st_size <= LOOKED_AT_BYTES and cut == texts
    )
