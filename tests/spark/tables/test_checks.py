"""Rows that break checks are counted as Delta judges them, in the pass that reads the rows."""

import threading
from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F

from colike.spark import setting
from colike.tables import checks, contracts
from colike.tables.checks import CheckCount, Watched, counted, refusal
from colike.tables.contracts import Check

AQE = "spark.sql.adaptive.enabled"
ROWS = "name string, n int"
#: One that fulfils both checks, one that breaks both, and one of which one check is null.
MIXED = [("a", 5), ("b", -1), ("c", None)]
CONTRACT = contracts()["item_neighbours"].model_copy(
    update={
        "table": "beans",
        "primary_key": ["name"],
        "checks": [
            Check(name="some", sql="n > 0"),
            Check(name="many", sql="n is null or n > 3", severity="warn"),
        ],
    }
)


def counts(rows, some, many):
    return [
        CheckCount("beans", "some", "fail", rows, some),
        CheckCount("beans", "many", "warn", rows, many),
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(MIXED, counts(3, 2, 1)), (MIXED[:1], counts(1, 0, 0)), ([], counts(0, 0, 0))],
)
def test_a_row_breaks_a_check_that_is_false_or_null_and_zeros_count_too(spark, rows, expected):
    frame = spark.createDataFrame(rows, ROWS)
    assert counted(CONTRACT, frame) == expected
    watched = Watched.of(CONTRACT, frame)
    watched.rows.write.format("noop").mode("overwrite").save()
    assert watched.counts() == expected


@pytest.mark.parametrize("adaptive", ["true", "false"])
def test_rows_below_a_cached_join_are_all_counted_when_it_is(spark, adaptive):
    """A merge writes the cached difference; the rows are on one side of the join it is made by."""
    with setting(spark, AQE, adaptive):
        rows = spark.range(1000).select(F.col("id").cast("string").alias("name"), "id")
        rows = rows.select("name", (F.col("id") - 10).cast("int").alias("n")).repartition(8, "name")
        watched = Watched.of(CONTRACT, rows)
        other = spark.range(990).select(F.col("id").cast("string").alias("key"))
        joined = watched.rows.join(other, F.col("name") == F.col("key"), "full_outer")
        few = joined.where("key is null").cache()
        assert few.count() == 10
        assert watched.counts() == counts(1000, 11, 14)
        assert few.collect()
        few.unpersist()


class Silent:
    """An observation whose event was lost: Spark's own waits for good."""

    @property
    def get(self) -> object:
        threading.Event().wait()


#: An observation of rows that Spark has left out of its plan.
LEFT_OUT = SimpleNamespace(get={})


@pytest.mark.parametrize("observation", [Silent(), LEFT_OUT])
def test_rows_that_spark_does_not_tell_of_are_counted_in_a_pass_of_their_own(
    spark, monkeypatch, observation
):
    monkeypatch.setattr(checks, "WAIT_SECONDS", 0.01)
    frame = spark.createDataFrame(MIXED, ROWS)
    assert Watched(CONTRACT, frame, frame, observation).counts() == counts(3, 2, 1)


def test_a_table_without_checks_has_rows_as_they_are_and_no_counts(spark):
    bare = CONTRACT.model_copy(update={"checks": []})
    frame = spark.createDataFrame(MIXED, ROWS)
    watched = Watched.of(bare, frame)
    assert watched.rows is frame
    assert watched.counts() == []


def test_a_refusal_has_the_checks_that_fail_and_the_keys_of_three_rows(spark):
    names = ["d", "c", 'quoted " and\nbroken', "b" * 300, "a"]
    frame = spark.createDataFrame([*((name, 0) for name in names), ("good", 9)], ROWS)
    text = str(refusal(CONTRACT, frame, counted(CONTRACT, frame)))
    assert text == (
        "Rows for table beans break its contract, conf/tables/beans.yml: check some fails for 5 of "
        f'6 rows, such as {{"name":"a"}}, {{"name":"{"b" * 191}, {{"name":"c"}}. '
        "The table keeps its last version."
    )
    odd = spark.createDataFrame([('quoted " and\nbroken', 0)], ROWS)
    assert r"""such as {"name":"quoted \" and\nbroken"}.""" in str(
        refusal(CONTRACT, odd, counted(CONTRACT, odd))
    )
