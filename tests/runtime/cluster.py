"""A cluster of a runtime in one process: its session, and the bundle's tasks by their entry points.

`python cluster.py REQUEST.json`; runs in the runtime's own environment, without pytest. The request
has `tasks` (entry point, parameters), `home` (a folder for the metastore), `jars`, and `dump`: by
table, the folder that its rows are written to as Parquet.
"""

import json
import os
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

from pyspark.sql import SparkSession


def cluster(home: str, jars: list[str]) -> SparkSession:
    """A session as a cluster has it before a task begins, with a Hive metastore as its catalog."""
    settings = {
        "spark.jars": ",".join(jars),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": f"{home}/warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={home}/metastore;create=true"
        ),
        "spark.hadoop.datanucleus.schema.autoCreateAll": "true",
        "spark.hadoop.hive.metastore.schema.verification": "false",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "1",
    }
    builder = SparkSession.builder.master("local[2]").appName("cluster")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def main(file: str) -> None:
    """Run the tasks one after the other, and write the tables that are asked for."""
    request = json.loads(Path(file).read_text("utf-8"))
    os.environ |= {
        "DATABRICKS_RUNTIME_VERSION": request["runtime"],
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    spark = cluster(request["home"], request["jars"])
    spark.sparkContext.setLogLevel("ERROR")
    points = {point.name: point for point in entry_points(group="console_scripts")}
    for name, parameters in request["tasks"]:
        start = time.monotonic()
        points[name].load()(parameters)
        print(f"{name}: {time.monotonic() - start:.1f} s", flush=True)
    for table, folder in request["dump"].items():
        spark.table(table).write.parquet(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
