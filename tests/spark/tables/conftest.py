from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

STATISTICS = "spark.databricks.delta.stats.collect"


@pytest.fixture(scope="module", autouse=True)
def _statistics(spark: SparkSession) -> Iterator[None]:
    """Delta keeps statistics, as it does for users; all other tests save their time."""
    before = spark.conf.get(STATISTICS)
    spark.conf.set(STATISTICS, "true")
    yield
    spark.conf.set(STATISTICS, before)
