"""Runs SARplus's recommend_k_items with given neighbours; prints seconds and rows as JSON.

Seconds are those of the recommendation only, to a committed Parquet table. Its filter of seen
items fails with an error, so longer lists are joined with the seen items. Its C++ version needs a
jar of its own, which was unavailable.
"""

import shutil
import sys
from pathlib import Path

from pysarplus import SARPlus
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from benchmarks.systems.likes import spark_of
from benchmarks.systems.timing import say, timed

# Additional items per list, since some of them are seen.
MORE = 100


def main(likes: str, seen: str, neighbours: str, scratch: str, k: str) -> None:
    """Recommend for all users; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    model = SARPlus(spark, "user_id", "item_idx", "rating")
    frame = spark.read.parquet(likes).select("user_id", "item_idx", "rating")
    frame.createOrReplaceTempView("df_train")
    pairs = spark.read.parquet(neighbours)
    pairs.selectExpr("item_idx i1", "neighbour_idx i2", "weight value").write.saveAsTable(
        "item_similarity"
    )
    out, length = str(Path(scratch) / "lists"), int(k)

    def recommend() -> None:
        more = model.recommend_k_items(frame, length + MORE, False)
        lists = _unseen(more, spark.read.parquet(seen), length)
        lists.write.mode("overwrite").parquet(out)

    say(lambda: timed(recommend), lambda: spark.read.parquet(out).count())


def _unseen(lists: DataFrame, seen: DataFrame, k: int) -> DataFrame:
    rest = lists.join(seen.select("user_id", "item_idx"), ["user_id", "item_idx"], "left_anti")
    best = Window.partitionBy("user_id").orderBy(F.desc("score"), "item_idx")
    return rest.withColumn("rank", F.row_number().over(best)).where(F.col("rank") <= k)


if __name__ == "__main__":
    main(*sys.argv[1:])
