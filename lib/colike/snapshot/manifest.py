"""The snapshot that a worker trains from: plain Parquet files and config.json with a manifest.

The manifest lists every file with its rows, bytes and SHA-256, and the Delta version that each
table was exported from, so that a worker without Spark reads exactly what was exported.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from colike import columns as c
from colike.errors import SnapshotError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CONFIG: Final = "config.json"
MODEL: Final = "model"
PAIRS: Final = "training_pairs"
ITEMS: Final = "items"
SIMILARITY: Final = "item_similarity"
VALIDATION: Final = "validation_users"
VECTORS: Final = "item_vectors"

TypeCheck = Callable[[pa.DataType], bool]


def _is_text(arrow_type: pa.DataType) -> bool:
    return bool(pa.types.is_string(arrow_type) or pa.types.is_large_string(arrow_type))


def _is_integers(arrow_type: pa.DataType) -> bool:
    return bool(pa.types.is_list(arrow_type) and pa.types.is_integer(arrow_type.value_type))


def _is_vector(arrow_type: pa.DataType) -> bool:
    return bool(pa.types.is_list(arrow_type) and pa.types.is_floating(arrow_type.value_type))


_INTEGER: TypeCheck = pa.types.is_integer
_FLOATING: TypeCheck = pa.types.is_floating

#: The columns of each table; item_a and item_b hold item_idx.
TABLES: Final[dict[str, dict[str, TypeCheck]]] = {
    PAIRS: {
        c.PAIR_ID: _is_text,
        c.ITEM_A: _INTEGER,
        c.ITEM_B: _INTEGER,
        c.LABEL: _INTEGER,
        c.JACCARD: _FLOATING,
        c.BASE_COSINE: _FLOATING,
        c.KIND: _is_text,
        c.SPLIT: _is_text,
    },
    ITEMS: {c.ITEM_IDX: _INTEGER, c.ITEM_ID: _is_text, c.DESCRIPTION: _is_text, c.LIKES: _INTEGER},
    SIMILARITY: {c.ITEM_A: _INTEGER, c.ITEM_B: _INTEGER, c.JACCARD: _FLOATING},
    VALIDATION: {c.LIKES: _is_integers, c.SEEN: _is_integers, c.HELD: _is_integers},
    VECTORS: {c.ITEM_IDX: _INTEGER, c.EMBEDDING: _is_vector},
}
#: Without validation users there is no validation; without vectors the worker encodes the items.
OPTIONAL: Final = frozenset({VALIDATION, VECTORS})


@dataclass(frozen=True)
class FileEntry:
    """One file: its path below the snapshot, size and hash; rows for Parquet files only."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class TableEntry:
    """One table: the Delta version it was exported from (None: not from Delta) and its files."""

    version: int | None
    rows: int
    files: list[FileEntry]


@dataclass(frozen=True)
class Manifest:
    """The content of manifest.json; `model` lists the base model's files if it is inside."""

    format: int
    tables: dict[str, TableEntry]
    config: FileEntry
    model: list[FileEntry]


@dataclass(frozen=True)
class Snapshot:
    """A verified snapshot; `sha256` is of its manifest, and so identifies all of its content."""

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def config_path(self) -> Path:
        """Return the file of the training settings."""
        return self.folder / self.manifest.config.path

    def files(self, table: str) -> list[Path]:
        """Return the table's files with rows, in the manifest's order; none if it is absent."""
        entry = self.manifest.tables.get(table)
        entries = entry.files if entry is not None else []
        return [self.folder / entry.path for entry in entries if entry.rows]

    def rows(self, table: str) -> int:
        """Return the rows of the table over all files."""
        return self.manifest.tables[table].rows


def write_manifest(folder: Path, versions: Mapping[str, int]) -> Manifest:
    """Hash and count what was exported to `folder`, and write its manifest.json.

    Args:
        folder: has config.json and one folder of Parquet files per table.
        versions: the Delta version of each exported table; a table may be missing.

    Returns:
        The manifest as written.

    Raises:
        SnapshotError: a table, a column or config.json is missing, or a version is of no table.
    """
    unknown = set(versions) - set(TABLES)
    if unknown:
        raise SnapshotError(f"{folder}: versions of unknown tables {sorted(unknown)}; drop them")
    tables = {}
    for table in TABLES:
        found = _parquet_files(folder, table)
        if not found and table in OPTIONAL:
            continue
        if not found:
            raise SnapshotError(f"{folder / table}: no Parquet files; export the table {table}")
        entries = [_entry(folder, path, table) for path in found]
        rows = sum(entry.rows or 0 for entry in entries)
        tables[table] = TableEntry(versions.get(table), rows, entries)
    if not (folder / CONFIG).is_file():
        raise SnapshotError(f"{folder / CONFIG}: no such file; write the train settings there")
    model = sorted(path for path in (folder / MODEL).rglob("*") if path.is_file())
    manifest = Manifest(
        FORMAT, tables, _entry(folder, folder / CONFIG), [_entry(folder, path) for path in model]
    )
    text = json.dumps(asdict(manifest), indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def open_snapshot(folder: Path) -> Snapshot:
    """Check every file against the manifest, and return the snapshot.

    Raises:
        SnapshotError: no manifest, or a file is missing, changed, extra, or of other columns.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = _parse(json.loads(content))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotError(
            f"{path}: not a manifest of format {FORMAT} ({error!r}); export the snapshot again"
        ) from error
    for table, entry in manifest.tables.items():
        _refuse_extra_files(folder, table, entry)
        for file in entry.files:
            _verify(folder, file, table)
        if entry.rows != sum(file.rows or 0 for file in entry.files):
            raise SnapshotError(f"{path}: rows of {table} do not add up; export it again")
    for file in (manifest.config, *manifest.model):
        _verify(folder, file)
    return Snapshot(folder, manifest, hashlib.sha256(content).hexdigest())


def _parse(document: dict[str, Any]) -> Manifest:
    is_complete = set(TABLES) - OPTIONAL <= set(document["tables"]) <= set(TABLES)
    if document["format"] != FORMAT or not is_complete:
        raise ValueError(f"format {document['format']}, tables {sorted(document['tables'])}")
    tables = {
        name: TableEntry(
            table["version"], table["rows"], [FileEntry(**file) for file in table["files"]]
        )
        for name, table in document["tables"].items()
    }
    model = [FileEntry(**file) for file in document["model"]]
    return Manifest(document["format"], tables, FileEntry(**document["config"]), model)


def _parquet_files(folder: Path, table: str) -> list[Path]:
    return sorted((folder / table).rglob("*.parquet"))


def _refuse_extra_files(folder: Path, table: str, entry: TableEntry) -> None:
    listed = {folder / file.path for file in entry.files}
    extra = [path for path in _parquet_files(folder, table) if path not in listed]
    if extra:
        raise SnapshotError(
            f"{extra[0]}: not in the manifest ({len(extra)} such files); "
            "remove it or export the snapshot again"
        )


def _entry(folder: Path, path: Path, table: str | None = None) -> FileEntry:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    rows = None if table is None else _checked_rows(path, table)
    return FileEntry(path.relative_to(folder).as_posix(), path.stat().st_size, sha256, rows)


def _verify(folder: Path, entry: FileEntry, table: str | None = None) -> None:
    path = folder / entry.path
    remedy = "export the snapshot again"
    if not path.resolve().is_relative_to(folder.resolve()):
        raise SnapshotError(f"{path}: is outside the snapshot; {remedy}")
    if not path.is_file():
        raise SnapshotError(f"{path}: listed in the manifest but missing; {remedy}")
    if path.stat().st_size != entry.bytes:
        raise SnapshotError(
            f"{path}: {path.stat().st_size} bytes, the manifest says {entry.bytes}; {remedy}"
        )
    actual = _entry(folder, path)
    if actual.sha256 != entry.sha256:
        raise SnapshotError(f"{path}: content differs from the manifest's SHA-256; {remedy}")
    if table is not None and _checked_rows(path, table) != entry.rows:
        raise SnapshotError(f"{path}: not {entry.rows} rows as the manifest says; {remedy}")


def _checked_rows(path: Path, table: str) -> int:
    """Return the rows of a Parquet file, after checking its columns."""
    try:
        metadata = pq.read_metadata(path)
    except pa.ArrowInvalid as error:
        raise SnapshotError(f"{path}: not a Parquet file ({error}); export it again") from error
    schema = metadata.schema.to_arrow_schema()
    for column, fits in TABLES[table].items():
        if column not in schema.names or not fits(schema.field(column).type):
            found = schema.field(column).type if column in schema.names else "no column"
            raise SnapshotError(
                f"{path}: {found} at {column}; {table} has {', '.join(TABLES[table])}"
            )
    return int(metadata.num_rows)
