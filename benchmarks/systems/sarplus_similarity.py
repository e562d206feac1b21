"""Runs SARplus's fit on Parquet likes; prints seconds and pairs as JSON.

Seconds are those of its co-occurrence and jaccard steps: the clock stops before fit turns the
upper triangle into a full matrix.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

from pysarplus import SARPlus

from benchmarks.systems.likes import spark_of
from benchmarks.systems.timing import say, timed

UPPER = "item_similarity_upper"


class UpperTriangleReadyError(Exception):
    """Stops fit after its jaccard step."""


def main(likes: str, scratch: str, min_colikes: str) -> None:
    """Fit on the likes; `scratch` is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    frame = spark.read.parquet(likes)
    model = SARPlus(spark, "user_id", "item_idx", "rating", threshold=int(min_colikes))
    pairs = {}
    sql = spark.sql

    def watched_sql(query: str, *rest: object, **named: object) -> object:
        if "UNION ALL" in query and UPPER in query:
            pairs["query"] = f"select count(*) from {UPPER} where i1 < i2"
            raise UpperTriangleReadyError
        return sql(query, *rest, **named)

    spark.sql = watched_sql

    def fit() -> None:
        with suppress(UpperTriangleReadyError):
            model.fit(frame)

    say(lambda: timed(fit), lambda: sql(pairs["query"]).first()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
