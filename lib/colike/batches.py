"""Arrow batches between Spark and Python, sized by bytes: Spark itself counts rows alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

ROWS = "spark.sql.execution.arrow.maxRecordsPerBatch"
# The largest batch, where every row were as large as the largest one.
MOST_BYTES = 64 << 20


@contextmanager
def arrow_batches(spark: SparkSession, row_bytes: int) -> Iterator[None]:
    """Keep batches below MOST_BYTES for queries that run inside; never more rows than before.

    Args:
        spark: The session.
        row_bytes: Bytes of the largest row.
    """
    before = str(spark.conf.get(ROWS))
    rows = max(1, MOST_BYTES // max(row_bytes, 1))
    # 0 or less means no limit to Spark.
    limit = min(rows, int(before)) if int(before) > 0 else rows
    spark.conf.set(ROWS, limit)
    try:
        yield
    finally:
        spark.conf.set(ROWS, before)
