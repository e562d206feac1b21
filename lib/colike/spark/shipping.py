"""Sends a folder to all executors, for tasks that open its files."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession


def shipped(spark: SparkSession, folder: Path, name: str) -> Callable[[], str]:
    """Return what gives, in a task, the path of a folder with the content of this one.

    Where executors are threads of the driver it is the folder itself. Elsewhere each executor
    fetches it once, by content: a driver's path says nothing to another machine.

    Args:
        spark: The session.
        folder: A folder of the driver's machine.
        name: A name for its content: equal names are equal content, and are shipped once.
    """
    master = str(spark.sparkContext.master)
    if master == "local" or master.startswith("local["):
        path = str(folder)
        return lambda: path
    alias = f"colike-{name}"
    if not any(f"#{alias}" in one for one in spark.sparkContext.listArchives):
        # Executors fetch it from there as long as the session lives.
        made = shutil.make_archive(f"{tempfile.mkdtemp(prefix='colike-')}/{alias}", "zip", folder)
        spark.sparkContext.addArchive(f"{made}#{alias}")
    return lambda: SparkFiles.get(alias)
