"""Reads the rating file with Spark's own reader and writes it as Parquet."""

import shutil
import sys
from pathlib import Path

from benchmarks.systems.likes import spark_of
from benchmarks.systems.timing import say, timed

SCHEMA = "user_id bigint, anime_id bigint, rating float"


def main(data: str, scratch: str) -> None:
    """Read and write; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    spark.range(1).count()
    out = str(Path(scratch) / "ratings")

    def run() -> dict[str, float]:
        frame = spark.read.csv(f"{data}/rating_complete.csv", schema=SCHEMA, header=True)
        return timed(lambda: frame.write.mode("overwrite").parquet(out))

    say(run, lambda: spark.read.parquet(out).count())


if __name__ == "__main__":
    main(*sys.argv[1:])
