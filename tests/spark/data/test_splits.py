"""Our xxHash64 is Spark's, which other parts of the split use."""

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from colike.compute.xxhash import Texts
from colike.data.splits import below

GOLDEN_HASHES = {("0", "0"): -5867549825860975220, ("zoë", "進撃"): -8709641695821501036}
LENGTHS = (*range(40), 63, 64, 65, 200)


def test_texts_of_any_length_are_hashed_as_spark_hashes_them(spark):
    texts = [("進撃 x" * 99).encode()[:length].decode("utf-8", "ignore") for length in LENGTHS]
    rows = [*((text, text[::-1]) for text in texts), *GOLDEN_HASHES]
    frame = spark.createDataFrame(rows, "first string, second string")
    hashed = frame.select("first", "second", F.xxhash64(F.lit("colike"), "first", "second"))
    expected = {tuple(row[:2]): row[2] for row in hashed.collect()}
    first, second = (Texts.of(pa.array(column)) for column in zip(*rows, strict=True))
    ours = second.hashed(first.salted("colike"), np.arange(len(rows))).view(np.int64)
    assert dict(zip(rows, ours.tolist(), strict=True)) == expected
    assert GOLDEN_HASHES.items() <= expected.items()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_share_is_nobody_and_the_whole_is_everybody(spark, share):
    counted = spark.range(500).where(below(share, "any", F.col("id").cast("string"))).count()
    assert counted == 500 * share
