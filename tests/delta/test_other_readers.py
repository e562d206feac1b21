"""Every table opens without colike: in delta-rs, and in Spark with only Delta's jars."""

import json
import os
import subprocess
import sys
from pathlib import Path

from deltalake import DeltaTable

from colike.spark.jars import delta_jars
from colike.spark.java import java_home
from colike.tables import Store

from ..quick_spark import QUICK

PLAIN_SPARK = """
import json, sys
from pathlib import Path
from pyspark.sql import SparkSession

jars, tables, settings = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[1]")
    .config(map=json.loads(settings))
    .config("spark.jars", jars)
    .config("spark.ui.enabled", "false")
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .getOrCreate()
)
folders = sorted(Path(tables).iterdir())
print(json.dumps({f.name: spark.read.format("delta").load(str(f)).count() for f in folders}))
"""


def folders(store: Store) -> list[Path]:
    return sorted(Path(store.location.name, "tables").iterdir())


def test_delta_rs_reads_the_same_rows_as_spark(tiny_store):
    for folder in folders(tiny_store):
        arrow = DeltaTable(str(folder)).to_pyarrow_table()
        assert arrow.num_rows == tiny_store.read(folder.name).count(), folder.name


def test_plain_spark_with_deltas_jars_reads_every_table(tiny_store):
    home = java_home()
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    environment |= {} if home is None else {"JAVA_HOME": str(home)}
    jars = ",".join(map(str, delta_jars()))
    tables = str(Path(tiny_store.location.name, "tables"))

    done = subprocess.run(
        [sys.executable, "-c", PLAIN_SPARK, jars, tables, json.dumps(QUICK)],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip

    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts == {f.name: tiny_store.read(f.name).count() for f in folders(tiny_store)}
