"""Starts Spark where nobody has: on a laptop with pip's jars, else the session that is there."""

import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread

from pyspark.sql import SparkSession

from colike.compute.batches import rows_per_batch
from colike.errors import DependencyError, clipped
from colike.spark.archive import archive_options, make_archive
from colike.spark.jars import needed_jars
from colike.spark.java import JAVA_OPTIONS, find_java, java_options

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


def session(settings: Mapping[str, str], app: str = "colike") -> SparkSession:
    """Return the running Spark session, or a new one.

    Under spark-submit and on Databricks the master, jars and memory are the launcher's;
    on a laptop they are pip's pyspark, Delta's jars and `settings`.

    Raises:
        DependencyError: Spark cannot start here, with what to install.
    """
    builder = SparkSession.builder.appName(app)
    if not _launched_by_a_cluster():
        find_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        local = {"spark.master": "local[*]", **LOCAL, **settings}
        if SparkSession.getActiveSession() is None:
            jars, is_first = needed_jars(local)
            if is_first:
                make_archive()
            local["spark.jars"] = ",".join(map(str, jars))
            local[JAVA_OPTIONS] = " ".join([java_options(local), *archive_options()])
        for key, value in local.items():
            builder = builder.config(key, value)
    for key, value in SESSION.items():
        builder = builder.config(key, value)
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise DependencyError(
            f"Spark did not start: {clipped(' '.join(str(error).split()), 300)}. "
            "Run `colike doctor`: it names what is missing."
        ) from error
    logging.getLogger("py4j").setLevel(logging.WARNING)
    # Before toPandas raises an error, Spark prints the whole Java stack trace as a warning.
    warnings.filterwarnings("ignore", "toPandas attempted Arrow optimization")
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
    rows = rows_per_batch(row_bytes, int(str(spark.conf.get(ARROW_ROWS))))
    with setting(spark, ARROW_ROWS, str(rows)):
        yield


@contextmanager
def setting(spark: SparkSession, name: str, value: str) -> Iterator[None]:
    """Give a setting of the session another value inside."""
    before = spark.conf.get(name, None)
    spark.conf.set(name, value)
    try:
        yield
    finally:
        if before is None:
            spark.conf.unset(name)
        else:
            spark.conf.set(name, before)


def _launched_by_a_cluster() -> bool:
    return "DATABRICKS_RUNTIME_VERSION" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ
