"""The store's files: whatever is no table. Snapshots, checkpoints, models, reports, the config.

What is made of many files is made on this machine's disk, and then copied to where the store keeps
it: neither a volume nor a URI can rename a folder, or be written at random.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pyspark.sql import SparkSession

from colike.errors import StoreError
from colike.spark.hadoop import HadoopFolder

VOLUMES = "/Volumes/"
#: Modes of what is made on this machine.
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


class Files(Protocol):
    """Files by name: their path below the store's `files/`."""

    @property
    def root(self) -> str:
        """Where the store keeps them."""
        ...

    @property
    def work(self) -> Path:
        """The local folder below which they are made, each under its own name."""
        ...

    @property
    def is_shared(self) -> bool:
        """Whether `work` is where they are kept, so that whoever sees the store sees it too."""
        ...

    def has(self, name: str) -> bool:
        """Return whether there is a file or folder of that name."""
        ...

    def read_text(self, name: str) -> str | None:
        """Return a file's text, None where there is no such file; damaged bytes become marks."""
        ...

    def write_text(self, name: str, text: str) -> str:
        """Write a text and return where it is."""
        ...

    def keep(self, name: str, last: str) -> None:
        """Keep the folder of that name in `work`; `last` is the file that says it is whole."""
        ...

    def fetch(self, name: str) -> Path:
        """Return a local folder with what has that name.

        Raises:
            StoreError: There is nothing.
        """
        ...

    def folders(self, name: str) -> Mapping[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix)."""
        ...

    def remove(self, name: str) -> None:
        """Remove what has a name, here and where it is kept."""
        ...


class DiskFiles:
    """Files in a folder of this machine, where they are made as well.

    What is made here is for this user alone; a folder that is there stays as it was opened.
    """

    def __init__(self, root: Path) -> None:
        """Take a folder, which need not exist yet."""
        self._root = root
        self.root = str(root)
        self.is_shared = True

    @property
    def work(self) -> Path:
        """The folder, which is made if it is not there, for whatever is made in it."""
        self._root.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        return self._root

    def has(self, name: str) -> bool:
        """Return whether there is a file or folder of that name."""
        return (self._root / name).exists()

    def read_text(self, name: str) -> str | None:
        """Return a file's text, None where there is no such file."""
        path = self._root / name
        return path.read_text("utf-8", "replace") if path.is_file() else None

    def write_text(self, name: str, text: str) -> str:
        """Write a text, whole or not at all, and return where it is."""
        target = self.work / name
        for folder in reversed(target.relative_to(self._root).parents):
            (self._root / folder).mkdir(PRIVATE_FOLDER, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.unfinished")
        unfinished.touch(PRIVATE_FILE)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(target)
        return str(target)

    def keep(self, name: str, last: str) -> None:
        """Do nothing: it is there already."""

    def fetch(self, name: str) -> Path:
        """Return the folder of that name."""
        path = self._root / name
        if not path.exists():
            raise _missing(self.root, name)
        return path

    def folders(self, name: str) -> Mapping[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix)."""
        found = sorted((self._root / name).glob("*"))
        return {f"{name}/{path.name}": path.stat().st_mtime for path in found}

    def remove(self, name: str) -> None:
        """Remove what has a name."""
        path = self._root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


class Place(Protocol):
    """Where copies are kept: single files by name."""

    def upload(self, file: Path, name: str) -> None:
        """Copy a local file to a name, in place of what is there."""
        ...

    def download(self, name: str, file: Path) -> None:
        """Copy what has a name to a local file."""
        ...

    def names(self, name: str) -> list[str]:
        """Return the names of all files below a name, at any depth."""
        ...

    def folders(self, name: str) -> dict[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix)."""
        ...

    def remove(self, name: str) -> None:
        """Remove what has a name, with everything below it."""
        ...


class Volume:
    """A volume of Unity Catalog: a folder that takes whole files, written from start to end."""

    def __init__(self, root: str) -> None:
        """Take the volume's path."""
        self._root = Path(root)

    def upload(self, file: Path, name: str) -> None:
        """Copy a local file to a name, in place of what is there."""
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)

    def download(self, name: str, file: Path) -> None:
        """Copy what has a name to a local file."""
        shutil.copyfile(self._root / name, file)

    def names(self, name: str) -> list[str]:
        """Return the names of all files below a name, at any depth; none where there is nothing."""
        at = self._root / name
        found = [at] if at.is_file() else at.rglob("*")
        return sorted(path.relative_to(self._root).as_posix() for path in found if path.is_file())

    def folders(self, name: str) -> dict[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix)."""
        return dict(DiskFiles(self._root).folders(name))

    def remove(self, name: str) -> None:
        """Remove what has a name, with everything below it."""
        DiskFiles(self._root).remove(name)


class CopiedFiles:
    """Files that are made on this machine's disk and kept somewhere else."""

    def __init__(self, root: str, place: Place) -> None:
        """Take the place, and a folder of this machine and user for what is made for it."""
        self.root = root
        self.is_shared = False
        self._place = place
        mine = Path(tempfile.gettempdir()) / f"colike-{os.getuid()}"
        self.work = mine / hashlib.sha256(root.encode()).hexdigest()[:16]
        mine.mkdir(PRIVATE_FOLDER, exist_ok=True)
        if mine.stat().st_uid != os.getuid():
            raise StoreError(f"{mine} belongs to another user; set TMPDIR to a folder of your own.")

    def has(self, name: str) -> bool:
        """Return whether there is a file or folder of that name."""
        return bool(self._place.names(name))

    def read_text(self, name: str) -> str | None:
        """Return a file's text, None where there is no such file."""
        if not self._place.names(name):
            return None
        with tempfile.TemporaryDirectory(prefix="colike-") as scratch:
            file = Path(scratch) / "file"
            self._place.download(name, file)
            return file.read_text("utf-8", "replace")

    def write_text(self, name: str, text: str) -> str:
        """Write a text and return where it is."""
        with tempfile.TemporaryDirectory(prefix="colike-") as scratch:
            file = Path(scratch) / "file"
            file.write_text(text, encoding="utf-8")
            self._place.upload(file, name)
        return f"{self.root}/{name}"

    def keep(self, name: str, last: str) -> None:
        """Copy the folder of that name; a copy that was cut off lacks `last`, and is made again."""
        if self._place.names(f"{name}/{last}"):
            return
        made = [path for path in sorted((self.work / name).rglob("*")) if path.is_file()]
        for path in sorted(made, key=lambda path: path == self.work / name / last):
            self._place.upload(path, path.relative_to(self.work).as_posix())

    def fetch(self, name: str) -> Path:
        """Return the local folder of that name, copied here if it is not there whole."""
        names = self._place.names(name)
        if not names:
            raise _missing(self.root, name)
        for one in names:
            file = self.work / one
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                unfinished = file.with_name(f".{file.name}.unfinished")
                self._place.download(one, unfinished)
                unfinished.replace(file)
        return self.work / name

    def folders(self, name: str) -> Mapping[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix)."""
        return {**DiskFiles(self.work).folders(name), **self._place.folders(name)}

    def remove(self, name: str) -> None:
        """Remove what has a name, here and where it is kept."""
        DiskFiles(self.work).remove(name)
        self._place.remove(name)


def open_files(spark: SparkSession, root: str) -> Files:
    """Return the files at a path, in a volume, or at any URI that Spark takes."""
    if root.startswith(VOLUMES):
        return CopiedFiles(root, Volume(root))
    if ":/" in root:
        return CopiedFiles(root, HadoopFolder(spark, root))
    return DiskFiles(Path(root))


def _missing(root: str, name: str) -> StoreError:
    return StoreError(f"{root}/{name} is missing; run job train again.")
