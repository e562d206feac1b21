"""A job is slow if its last run took twice the median of those before."""

from colike.queries.pace import paces


def test_the_last_run_is_held_against_the_median_of_the_ten_before(spark):
    seconds = {
        # Eleven old ones do not count, nor does the order of rows.
        "evaluate": [900.0, *([10.0] * 5), *([30.0] * 5), 40.0],
        "publish": [5.0, 5.0, 6.0, 11.0],
        "ingest": [1.0, 1.0, 9.0],
    }
    rows = [
        (job, "succeeded", entry, {"seconds": value})
        for job, values in seconds.items()
        for entry, value in enumerate(values)
    ]
    rows += [("publish", "failed", 9, {"seconds": 1.0}), ("publish", "skipped", 10, {})]
    schema = "job string, event string, entry int, figures map<string,double>"
    found = {pace.job: pace for pace in paces(spark.createDataFrame(rows[::-1], schema))}
    assert found.keys() == {"evaluate", "publish"}  # two earlier runs are too few
    assert (found["evaluate"].last, found["evaluate"].usual) == (40.0, 20.0)
    assert found["evaluate"].is_slow
    assert (found["publish"].usual, found["publish"].is_slow) == (5.0, True)
    assert not paces(spark.createDataFrame(rows[:11], schema))[0].is_slow
