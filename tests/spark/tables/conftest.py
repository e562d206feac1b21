from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from colike.spark import setting

STATISTICS = "spark.databricks.delta.stats.collect"


@pytest.fixture(scope="module", autouse=True)
def _statistics(spark: SparkSession) -> Iterator[None]:
    """Delta keeps statistics, as it does for users; all other tests save their time."""
    with setting(spark, STATISTICS, "true"):
        yield
