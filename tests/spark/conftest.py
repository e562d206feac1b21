"""A store in a catalog."""

import uuid
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from colike.tables import IdTypes, Store


@pytest.fixture
def catalog(spark: SparkSession) -> Iterator[Store]:
    """A store in a schema of the session's catalog, which the first write makes."""
    schema = f"spark_catalog.store_{uuid.uuid4().hex[:8]}"
    yield Store.open(spark, schema, IdTypes("bigint", "string"))
    spark.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
