import pyarrow as pa

from colike.compute.batches import MOST_BYTES
from colike.spark import ARROW_ROWS, arrow_batches


def test_batches_hold_fewer_rows_where_rows_are_large_and_spark_has_its_setting_back(spark):
    before = spark.conf.get(ARROW_ROWS)
    with arrow_batches(spark, MOST_BYTES // 7):
        assert spark.conf.get(ARROW_ROWS) == "7"

        def sizes(parts):
            for part in parts:
                yield pa.RecordBatch.from_pydict({"n": [part.num_rows]})

        frame = spark.range(0, 20, 1, 1).mapInArrow(sizes, "n bigint")
        assert [row["n"] for row in frame.collect()] == [7, 7, 6]
    assert spark.conf.get(ARROW_ROWS) == before


def test_batches_never_hold_more_rows_than_before(spark):
    with arrow_batches(spark, 1):
        assert int(spark.conf.get(ARROW_ROWS)) == 10_000
    with arrow_batches(spark, MOST_BYTES * 2):
        assert spark.conf.get(ARROW_ROWS) == "1"
