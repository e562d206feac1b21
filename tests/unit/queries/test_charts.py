import pandas as pd

from colike.queries.charts import over_runs, trade_off


def test_a_trade_off_is_a_point_per_source_with_its_name():
    rows = pd.DataFrame({"source": ["ease", "als"], "recall": [0.3, 0.2], "nps": [0.5, 0.6]})
    (points,) = trade_off(rows, "recall", "nps").data
    assert (points.text, points.x, points.y) == (("ease", "als"), (0.3, 0.2), (0.5, 0.6))


def test_a_metric_over_runs_is_a_line_per_source_in_the_order_of_time_with_intervals():
    rows = pd.DataFrame(
        [
            ("ease", 2, 0.3, 0.25, 0.375),
            ("als", 1, 0.1, 0.1, 0.1),
            ("ease", 1, 0.2, 0.1, 0.25),
        ],
        columns=["source", "at", "value", "ci_low", "ci_high"],
    )
    als, ease = over_runs(rows, "at", "recall").data
    assert (als.name, als.x, als.y) == ("als", (1,), (0.1,))
    assert (ease.name, ease.x, ease.y) == ("ease", (1, 2), (0.2, 0.3))
    assert ease.error_y.array == (0.25 - 0.2, 0.375 - 0.3)
    assert ease.error_y.arrayminus == (0.2 - 0.1, 0.3 - 0.25)
