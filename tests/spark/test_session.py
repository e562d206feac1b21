"""The session that colike gives its callers."""

import warnings

import pytest
from py4j.protocol import Py4JJavaError

from colike.spark import session

from ..quick_spark import SPARK


def test_an_error_of_a_query_comes_without_a_warning_that_has_its_frames(spark):
    with warnings.catch_warnings(record=True) as warned:
        assert session(SPARK) is spark
        with pytest.raises(Py4JJavaError, match="no such number"):
            spark.sql("SELECT raise_error('no such number') AS one").toPandas()
    assert [str(one.message)[:100] for one in warned] == []
