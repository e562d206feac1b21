"""Runs Spark ALS's recommendForAllUsers with a filter of seen items; prints seconds and rows.

Fitting is not timed. Seconds are from the fitted factors to a committed Parquet table.
"""

import shutil
import sys
from pathlib import Path

from pyspark.ml.recommendation import ALS
from pyspark.sql import Window
from pyspark.sql import functions as F

from benchmarks.systems.likes import spark_of
from benchmarks.systems.timing import say, timed

# The default of ALS; more factors take longer.
RANK = 10
# Additional items per list, since some of them are seen.
MORE = 100


def main(likes: str, seen: str, scratch: str, k: str) -> None:
    """Fit on the likes and recommend for all users; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    als = ALS(
        userCol="user_number", itemCol="item_idx", ratingCol="rating", implicitPrefs=True,
        rank=RANK, maxIter=1, seed=1,
    )  # fmt: skip
    model = als.fit(spark.read.parquet(likes).select("user_number", "item_idx", "rating"))
    out, length = str(Path(scratch) / "lists"), int(k)

    def recommend() -> None:
        lists = model.recommendForAllUsers(length + MORE)
        rows = lists.select("user_number", F.explode("recommendations").alias("one")).select(
            "user_number", "one.item_idx", F.col("one.rating").alias("score")
        )
        watched = spark.read.parquet(seen).select("user_number", "item_idx")
        rest = rows.join(watched, ["user_number", "item_idx"], "left_anti")
        best = Window.partitionBy("user_number").orderBy(F.desc("score"), "item_idx")
        ranked = rest.withColumn("rank", F.row_number().over(best)).where(F.col("rank") <= length)
        ranked.write.mode("overwrite").parquet(out)

    say(lambda: timed(recommend), lambda: spark.read.parquet(out).count())


if __name__ == "__main__":
    main(*sys.argv[1:])
