"""Raw input files: CSV, Parquet or Delta to frames whose columns have been looked for."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from colike.errors import ConfigError, QualityError, SchemaError

BYTE_ORDER_MARK = "\ufeff"


def input_path(data: str | None, path: str) -> str:
    """Return where an input file lies: below `data` unless `path` is absolute or a URI."""
    if ":/" in path or Path(path).is_absolute():
        return path
    if data is None:
        raise ConfigError(f"Input {path} is relative; say where it lies with --data DIR.")
    return f"{data.rstrip('/')}/{path}"


def read_raw(
    spark: SparkSession, path: str, file_format: str, columns: Iterable[str], multiline: bool
) -> DataFrame:
    """Return a file's rows; CSV columns are all text.

    Args:
        spark: The session.
        path: File or folder, local or URI.
        file_format: `csv`, `parquet`, `delta`, or `auto` to go by the path's ending.
        columns: Columns that must be there.
        multiline: Whether quoted CSV fields may hold line breaks (such a file is not split).

    Raises:
        ConfigError: There is no such file.
        SchemaError: A column is missing.
        QualityError: There are no rows.
    """
    if ":/" not in path and not Path(path).exists():
        raise ConfigError(f"Input file {path} does not exist; check --data and the config's path.")
    frame = _load(spark, path, _format(path, file_format), multiline)
    missing = [name for name in columns if name not in frame.columns]
    if missing and frame.columns:
        raise SchemaError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}. "
            "Mend the file, or name its columns in the config's data section."
        )
    if not frame.columns or frame.isEmpty():
        raise QualityError(f"{path} has no rows; give a file with data. No table was changed.")
    return frame


def fingerprint(spark: SparkSession, paths: Iterable[str]) -> str:
    """Return a hash of files: of their bytes where local, else of names, sizes and times."""
    digest = hashlib.sha256()
    for path in paths:
        parts = _remote_state(spark, path) if ":/" in path else _local_state(Path(path))
        for part in parts:
            digest.update(part.encode("utf-8"))
    return digest.hexdigest()


def _format(path: str, file_format: str) -> str:
    if file_format != "auto":
        return file_format
    if Path(path, "_delta_log").is_dir():
        return "delta"
    return "parquet" if path.rstrip("/").endswith(".parquet") else "csv"


def _load(spark: SparkSession, path: str, file_format: str, multiline: bool) -> DataFrame:
    if file_format != "csv":
        return spark.read.format(file_format).load(path)
    reader = spark.read.option("header", True).option("multiLine", multiline)
    frame = reader.option("quote", '"').option("escape", '"').csv(path)
    for name in frame.columns[:1]:
        frame = frame.withColumnRenamed(name, name.removeprefix(BYTE_ORDER_MARK))
    return frame


def _local_state(path: Path) -> Iterable[str]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            with file.open("rb") as stream:
                yield f"{file.name}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _remote_state(spark: SparkSession, path: str) -> Iterable[str]:
    frame = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(path)
    listed = frame.select("path", "length", "modificationTime").orderBy("path")
    return [f"{row[0]}:{row[1]}:{row[2]}" for row in listed.toLocalIterator()]
