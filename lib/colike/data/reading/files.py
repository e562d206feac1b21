"""Which files an input is: listed, told apart by their first bytes, cut into ranges."""

import glob
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlparse

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from colike.config.form import File
from colike.data.reading.columnar import ParquetReader
from colike.data.reading.delimited import DelimitedReader
from colike.data.reading.faults import no_rows
from colike.data.reading.header import Header, head_of
from colike.data.reading.objects import ObjectReader
from colike.data.reading.rows import Columns, Rows
from colike.data.reading.streams import MARK, Source, is_bytewise
from colike.errors import ConfigError, SchemaError

Form = Literal["csv", "json", "parquet"]
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
DELTA_LOG = "_delta_log"
RANGE_BYTES = 32 << 20
SNIFFED_BYTES = 4096


class Part(NamedTuple):
    """A range of bytes of a file; `end` None is the end of the file.

    `header` is that of text which is cut into ranges; of others the task reads it.
    """

    path: str
    start: int
    end: int | None
    header: Header | None = None


def input_path(data: str | None, path: str) -> str:
    """Return where an input is: below `data` unless `path` is absolute or a URI."""
    if URI.match(path) or Path(path).is_absolute():
        return path
    if data is None:
        raise ConfigError(f"Input {path} is relative; say where it is with --data DIR.")
    return f"{data.rstrip('/')}/{path}"


def is_remote(path: str) -> bool:
    """Return whether only Spark can open a path."""
    return bool(URI.match(path)) and not path.startswith("file:/")


def local_path(path: str) -> str:
    """Return a path of this machine, of a file: URI too."""
    return unquote(urlparse(path).path) if path.startswith("file:/") else path


def listed(path: str) -> list[Path]:
    """Return the files of a local input, in order; of a folder all but hidden ones.

    A path that does not exist as it is written may have wildcards.

    Raises:
        ConfigError: There is no such file.
    """
    whole = Path(local_path(path))
    if whole.is_file():
        return [whole]
    if whole.is_dir():
        return list(_visible(whole))
    found = sorted(map(Path, glob.glob(str(whole), recursive=True)))
    if not found:
        raise ConfigError(f"Input file {path} does not exist; check --data and the config's path.")
    return [file for each in found for file in (_visible(each) if each.is_dir() else [each])]


def parts_of(path: str, file: File) -> list[Part]:
    """Return the ranges of a local input.

    Raises:
        ConfigError: There is no such file.
        QualityError: There are no rows.
        SchemaError: A file is of another form.
    """
    files = [each for each in listed(path) if each.stat().st_size]
    if not files:
        raise no_rows(path)
    return [part for each in files for part in _ranges(each, file)]


def form_of(source: Source, file: File) -> Form:
    """Return the form of a file, by its first bytes unless the config says it.

    Raises:
        SchemaError: It is not of the form that the config says.
    """
    is_parquet = source.magic().startswith(b"PAR1")
    if file.format in ("auto", "parquet") and is_parquet:
        return "parquet"
    if is_parquet or file.format == "parquet":
        what = "Parquet" if is_parquet else "not Parquet"
        raise SchemaError(
            f"{source.name} is {what}, and the config has format: {file.format}; set format: auto."
        )
    packing = source.packing  # also refuses what is an archive
    if file.format != "auto":
        return "json" if file.format == "json" else "csv"
    head = source.head(SNIFFED_BYTES) if packing or is_bytewise(file.encoding) else b""
    begins = head.removeprefix(MARK).lstrip()[:1]
    return "json" if begins in (b"{", b"[") else "csv"


def rows_of(
    source: Source,
    file: File,
    columns: Columns,
    types: Mapping[str, pa.DataType],
    start: int = 0,
    end: int | None = None,
    header: Header | None = None,
) -> Iterator[Rows]:
    """Yield the rows that begin in a range of a file.

    Args:
        source: The file.
        file: Its form.
        columns: The wanted columns.
        types: The types of columns that a file of text should be read in if that is quicker.
        start: First byte of the range.
        end: Byte after it, None for all.
        header: The header of a range of text, whose rows do not go over lines.

    Raises:
        SchemaError: The file lacks a column.
        QualityError: It is damaged.
    """
    kind = "csv" if header is not None else form_of(source, file)
    if kind == "parquet":
        yield from ParquetReader(source, columns).rows()
    elif kind == "json":
        yield from ObjectReader(source, file, columns).rows(start, end)
    else:
        form = file if start == 0 and end is None else _of_lines(file)
        yield from DelimitedReader.of(source, form, columns, types, header).rows(start, end)


def require_columns(
    source: Source, file: File, columns: Columns, header: Header | None = None
) -> None:
    """Raise SchemaError unless a file has the wanted columns; of JSON that is told by its rows."""
    kind = "csv" if header is not None else form_of(source, file)
    if kind == "parquet":
        ParquetReader(source, columns).require_columns()
    elif kind == "csv":
        DelimitedReader.of(source, file, columns, {}, header)


def binary_files(spark: SparkSession, path: str) -> DataFrame:
    """Return path, length, modificationTime and content of the files that only Spark can open."""
    return spark.read.format("binaryFile").option("recursiveFileLookup", True).load(path)


def fingerprint(spark: SparkSession, paths: Iterable[str]) -> str:
    """Return a hash of inputs: of their bytes where local, else of names, sizes and times."""
    digest = hashlib.sha256()
    for path in paths:
        for part in _remote_state(spark, path) if is_remote(path) else _local_state(path):
            digest.update(part.encode("utf-8"))
    return digest.hexdigest()


def _visible(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(("_", ".")) for part in inside):
            yield path


def _ranges(path: Path, file: File) -> list[Part]:
    """Cut a file of lines into ranges; others are one, and so are rows over several lines."""
    source, size = Source(str(path)), path.stat().st_size
    if source.packing and not source.head(1):
        return []  # Spark packs empty parts, too
    form = form_of(source, file)
    if size <= RANGE_BYTES or form == "parquet" or source.packing or not is_bytewise(file.encoding):
        return [Part(str(path), 0, None)]
    head = head_of(source, file)
    if b"\n" not in head and b"\r" in head:
        return [Part(str(path), 0, None)]
    is_array = form == "json" and head.lstrip().startswith(b"[")
    header = Header.of(source.name, head, file) if form == "csv" else None
    if is_array or (header is not None and _goes_over_lines(header, head, file)):
        return [Part(str(path), 0, None)]
    if header is not None:
        header = Header.of(source.name, head, _of_lines(file))
    starts = range(0, size, RANGE_BYTES)
    return [Part(str(path), start, min(start + RANGE_BYTES, size), header) for start in starts]


def _goes_over_lines(header: Header, head: bytes, file: File) -> bool:
    return header.goes_over_lines(head) if file.multiline is None else file.multiline


def _of_lines(file: File) -> File:
    """Return a form of which each line is a row."""
    return file.model_copy(update={"multiline": False})


def _local_state(path: str) -> Iterator[str]:
    whole = Path(local_path(path))
    is_table = (whole / DELTA_LOG).is_dir()
    files = (
        sorted(each for each in whole.rglob("*") if each.is_file()) if is_table else listed(path)
    )
    for file in files:
        with file.open("rb") as stream:
            yield f"{file.name}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _remote_state(spark: SparkSession, path: str) -> Iterator[str]:
    found = binary_files(spark, path).select("path", "length", "modificationTime").orderBy("path")
    for row in found.toLocalIterator():
        yield f"{row[0]}:{row[1]}:{row[2]}"
