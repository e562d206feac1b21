"""Runs MLlib's MinHashLSH.approxSimilarityJoin on Parquet likes; prints seconds and pairs.

Each item is a sparse vector of its fans. Pairs are those whose Jaccard distance is at most
1 - min_jaccard, each once.
"""

import shutil
import sys
from pathlib import Path

from pyspark.ml.feature import MinHashLSH
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StructField, StructType

from benchmarks.systems.likes import spark_of
from benchmarks.systems.timing import say, timed


def main(likes: str, scratch: str, tables: str, min_jaccard: str) -> None:
    """Join the items with themselves by MinHash; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    frame = spark.read.parquet(likes)
    users = frame.agg(F.max("user_number")).first()[0] + 1
    out = str(Path(scratch) / "pairs")
    say(
        lambda: timed(lambda: _join(frame, users, int(tables), 1.0 - float(min_jaccard), out)),
        lambda: spark.read.parquet(out).count(),
    )


def _join(frame: DataFrame, users: int, tables: int, distance: float, out: str) -> None:
    fans = frame.groupBy("item_idx").agg(F.sort_array(F.collect_set("user_number")).alias("fans"))
    schema = StructType([StructField("item", IntegerType()), StructField("features", VectorUDT())])
    vectors = frame.sparkSession.createDataFrame(
        fans.rdd.map(lambda row: (row[0], Vectors.sparse(users, row[1], [1.0] * len(row[1])))),
        schema,
    ).cache()
    model = MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=tables, seed=1).fit(
        vectors
    )
    joined = model.approxSimilarityJoin(vectors, vectors, distance, "distance")
    once = joined.where(F.col("datasetA.item") < F.col("datasetB.item"))
    rows = once.select("datasetA.item", "datasetB.item", "distance")
    rows.toDF("item_a", "item_b", "distance").write.mode("overwrite").parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
