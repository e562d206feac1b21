"""Files at any URI that Spark takes (s3a, abfss, hdfs, dbfs), through Hadoop's file systems."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from colike.errors import StoreError

MILLISECONDS = 1000


class HadoopFolder:
    """A folder at a URI; names are relative to it."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        """Open a folder, which need not exist yet.

        Raises:
            StoreError: Spark has no file system for such a URI.
        """
        jvm: Any = spark._jvm
        context: Any = spark._jsc
        self._path = jvm.org.apache.hadoop.fs.Path
        self._root = root
        with self._refusals():
            self._system = self._path(root).getFileSystem(context.hadoopConfiguration())

    def upload(self, file: Path, name: str) -> None:
        """Copy a local file to a name, in place of what is there."""
        with self._refusals():
            self._system.copyFromLocalFile(False, True, self._path(file.as_uri()), self._at(name))

    def download(self, name: str, file: Path) -> None:
        """Copy what has a name to a local file."""
        # Without the checksum file that Hadoop leaves beside local files.
        with self._refusals():
            self._system.copyToLocalFile(False, self._at(name), self._path(file.as_uri()), True)

    def has(self, name: str) -> bool:
        """Return whether there is a file or folder of that name."""
        with self._refusals():
            return bool(self._system.exists(self._at(name)))

    def has_files(self, name: str) -> bool:
        """Return whether there is a file at any depth below a name, but for hidden ones."""
        if not self.has(name):
            return False
        with self._refusals():
            below = self._system.listFiles(self._at(name), True)
            while below.hasNext():
                if not str(below.next().getPath().getName()).startswith("."):
                    return True
        return False

    def names(self, name: str) -> list[str]:
        """Return the names of all files below a name, at any depth; none where there is nothing."""
        return sorted(self._changed(name))

    def folders(self, name: str) -> dict[str, float]:
        """Return the names of what lies directly below a name, and when it was changed (Unix).

        That is when the newest file in it was: object stores have no folders, and give the present
        as the time of any.
        """
        depth = len(name.split("/")) + 1
        found: dict[str, float] = {}
        for path, at in self._changed(name).items():
            below = "/".join(path.split("/")[:depth])
            found[below] = max(at, found.get(below, at))
        return found

    def move(self, name: str, to: str) -> None:
        """Give what has a name another one."""
        with self._refusals():
            moved = self._system.rename(self._at(name), self._at(to))
        if not moved:
            raise StoreError(f"{self._root}/{name} cannot be moved to {to}; move it by hand.")

    def remove(self, name: str) -> None:
        """Remove what has a name, with everything below it."""
        with self._refusals():
            self._system.delete(self._at(name), True)

    def _changed(self, name: str) -> dict[str, float]:
        """Return the names of all files below a name, and when each was changed (Unix)."""
        found: dict[str, float] = {}
        if not self.has(name):
            return found
        with self._refusals():
            start = str(self._system.makeQualified(self._path(self._root)).toUri().getPath())
            below = self._system.listFiles(self._at(name), True)
            while below.hasNext():
                one = below.next()
                path = str(one.getPath().toUri().getPath()).removeprefix(start.rstrip("/"))
                found[path.lstrip("/")] = one.getModificationTime() / MILLISECONDS
        return found

    def _at(self, name: str) -> Any:
        return self._path(f"{self._root}/{name}")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say in one sentence what the file system refuses."""
        try:
            yield
        except (Py4JJavaError, PySparkException) as error:
            java = getattr(error, "java_exception", None)
            said = str(error) if java is None else str(java.toString())
            raise StoreError(
                f"Spark cannot open {self._root}: {' '.join(said.split())[:300]}; give it the jars "
                "and settings of that file system, or another --store."
            ) from error
