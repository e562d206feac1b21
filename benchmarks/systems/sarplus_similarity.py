"""One run of SARplus's fit on Parquet likes; says seconds and pairs as JSON.

Seconds are those of its co-occurrence and jaccard steps: the clock stops where fit goes on to
turn the upper triangle into a full matrix.
"""

import json
import shutil
import sys
import time
from pathlib import Path

from pysarplus import SARPlus

from benchmarks.systems.likes import spark_of

UPPER = "item_similarity_upper"


def main(likes: str, scratch: str, min_colikes: str) -> None:
    """Fit on the likes; `scratch` is emptied before."""
    shutil.rmtree(scratch, ignore_errors=True)
    spark = spark_of(Path(scratch))
    frame = spark.read.parquet(likes)
    model = SARPlus(spark, "user_id", "item_idx", "rating", threshold=int(min_colikes))
    figures: dict[str, float] = {}
    sql = spark.sql
    start = time.perf_counter()

    def watched_sql(query: str, *rest: object, **named: object) -> object:
        if "UNION ALL" in query and UPPER in query:
            figures["seconds"] = time.perf_counter() - start
            figures["pairs"] = sql(f"select count(*) from {UPPER} where i1 < i2").first()[0]
        return sql(query, *rest, **named)

    spark.sql = watched_sql
    model.fit(frame)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
