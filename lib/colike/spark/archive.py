"""Java's classes as Spark and Delta load them, kept ready: every later start is seconds faster.

Java's own class data sharing (JEP 350): `make_archive` starts a session in a process of its own,
has Delta do a little of everything, and leaves an archive for this Java and these jars in the
user's cache.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyspark
from pyspark.sql import SparkSession

from colike.printing import say
from colike.spark.jars import delta_jars
from colike.spark.java import java_home

#: Where the archive is to be made, for the process that makes it.
MAKING = "COLIKE_MAKING_ARCHIVE"
SILENT = ("-Xlog:cds=off", "-Xlog:cds+dynamic=off")
MOST_SECONDS = 300
#: Run so, and not with -m, since the package itself imports this module.
PROGRAM = "from colike.spark.archive import main; main()"


def archive_options() -> list[str]:
    """Return the options that make Java use the archive, or write it; none without one."""
    making = os.environ.get(MAKING)
    if making:
        base = f"{making}.base"
        return [
            f"-XX:SharedArchiveFile={base}",
            f"-XX:ArchiveClassesAtExit={making}",
            "-Xlog:disable",
        ]
    path = archive_path()
    return [f"-XX:SharedArchiveFile={path}", *SILENT] if path is not None and path.is_file() else []


def archive_path() -> Path | None:
    """Return where the archive of this Java and these jars is, None where there is no such Java."""
    home = java_home()
    release = None if home is None else home / "release"
    if release is None or not release.is_file():
        return None
    digest = hashlib.sha256(f"{home} {release.read_text('utf-8')}".encode())
    for jar in sorted(Path(pyspark.__file__).parent.glob("jars/*.jar")) + delta_jars():
        digest.update(f"{jar} {jar.stat().st_size} {jar.stat().st_mtime_ns}\n".encode())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "colike" / f"classes-{digest.hexdigest()[:16]}.jsa"


def make_archive() -> Path | None:
    """Make the archive in a process of its own; return it, or None where it cannot be made.

    Sessions work without it, so nothing here is an error.
    """
    path, home = archive_path(), java_home()
    if path is None or home is None or path.is_file() or os.environ.get(MAKING):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        base = Path(f"{unfinished}.base")
        dump = [str(home / "bin" / "java"), "-Xshare:dump", f"-XX:SharedArchiveFile={base}"]
        environment = {**os.environ, MAKING: str(unfinished)}
        for command in (dump, [sys.executable, "-c", PROGRAM]):
            subprocess.run(
                command, check=True, capture_output=True, timeout=MOST_SECONDS, env=environment
            )
        # The archive names its base, which therefore stays where it was made.
        unfinished.replace(path)
    except (OSError, subprocess.SubprocessError):
        return None
    return path


def _load_classes(spark: SparkSession, folder: str) -> None:
    """Have Spark and Delta do what a run does, once."""
    from delta.tables import DeltaTable

    rows = spark.range(100).selectExpr(
        "id", "cast(id as string) AS text", "array(id) AS list", "map('a', id) AS map"
    )
    spark.sql(f"CREATE TABLE delta.`{folder}` (id bigint, text string, list array<bigint>, "
              "map map<string, bigint>) USING DELTA")  # fmt: skip
    rows.write.format("delta").mode("append").save(folder)
    table = DeltaTable.forPath(spark, folder)
    merge = table.alias("t").merge(rows.limit(5).alias("s"), "t.id = s.id")
    merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    table.delete("id = 3")
    spark.sql(f"DESCRIBE HISTORY delta.`{folder}`").collect()
    table.optimize().executeCompaction()
    rows.groupBy("text").count().join(rows, "text").orderBy("id").collect()
    rows.mapInArrow(lambda batches: batches, rows.schema).toPandas()


def main() -> None:
    """Make the archive; in the process that `make_archive` starts, do what is archived."""
    from colike.spark import session

    if not os.environ.get(MAKING):
        session({}).stop()
        made = make_archive()
        none = "no archive: this Java has no release file, or the cache is read-only"
        say(none if made is None else str(made))
        return
    with TemporaryDirectory(prefix="colike-archive-") as folder:
        spark = session({"spark.master": "local[2]", "spark.sql.warehouse.dir": folder})
        _load_classes(spark, f"{folder}/table")
        gateway: Any = spark.sparkContext._gateway
        spark.stop()
        # Java writes the archive when it ends, which it does when nobody listens any more.
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(MOST_SECONDS)
