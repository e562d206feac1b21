"""What passes the gate, on figures made by hand and on simulated users."""

import numpy as np
import pandas as pd
import pytest

from colike.config import load_config
from colike.publish.gate import Challenger, challengers, holm_bounds

SETTINGS = load_config("conf/mal2020.yml").publish
COLUMNS = ["source", "segment", "metric", "k", "value", "ci_low", "ci_high", "versus"]


def rows_of(*gains, versus="old"):
    """Differences of recall@10: source, segment, value, half of the interval."""
    rows = [
        (source, segment, "recall_difference", 10, value, value - half, value + half, versus)
        for source, segment, value, half in gains
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def judged(*gains, coverage=None):
    covered = {"old": 100.0, "new": 100.0, "more": 100.0} if coverage is None else coverage
    return challengers(rows_of(*gains), covered, "old", SETTINGS)


@pytest.mark.parametrize(
    ("gains", "coverage", "why"),
    [
        ([("new", "all", 0.02, 0.01)], None, None),
        ([("new", "all", 0.02, 0.03)], None, "no sure difference"),
        ([("new", "all", 0.004, 0.001)], None, "less than publish.least_gain"),
        ([("new", "all", 0.02, 0.01)], {"old": 100.0, "new": 80.0}, "0.80 of the champion's"),
        (
            [("new", "all", 0.02, 0.01), ("new", "likes_0_9", -0.05, 0.02)],
            None,
            "users likes_0_9 lose",
        ),
        ([("new", "all", 0.02, 0.01), ("new", "likes_0_9", -0.05, 0.06)], None, None),
    ],
)
def test_a_source_passes_if_it_is_surely_better_for_everyone(gains, coverage, why):
    (one,) = judged(*gains, coverage=coverage)
    fails = one.fails(SETTINGS)
    assert fails is None if why is None else why in fails


def test_only_differences_from_the_present_champion_at_the_configs_depth_count():
    rows = rows_of(("new", "all", 0.02, 0.01), ("new", "all", 0.9, 0.01))
    rows.loc[1, "versus"] = "another"
    deeper = rows_of(("new", "all", 0.9, 0.01))
    deeper["k"] = 5
    (one,) = challengers(pd.concat([rows, deeper]), {}, "old", SETTINGS)
    assert one.gain == 0.02


def test_the_more_sources_are_tried_the_surer_a_gain_must_be():
    gain = ("new", "all", 0.0205, 0.02)
    (alone,) = judged(gain)
    among = judged(gain, ("more", "all", 0.0, 0.02))
    assert alone.low > 0
    assert among[0].source == "new"
    assert among[0].low <= 0


def test_after_the_first_bound_that_fails_none_is_above_zero():
    # By itself c would pass at its level.
    bounds = holm_bounds({"a": (0.1, 0.01), "b": (0.0215, 0.01), "c": (0.0205, 0.01)})
    assert bounds["a"] > 0
    assert bounds["b"] <= 0
    assert bounds["c"] <= 0


def draws(gain, users=5000, repeats=1000):
    """Whether a source whose users gain so much in the mean passes, in simulated evaluations."""
    random = np.random.default_rng(0)
    for _ in range(repeats):
        own = random.normal(gain, 0.2, users)
        half = 1.96 * own.std() / users**0.5
        (one,) = judged(("new", "all", float(own.mean()), half))
        yield one.fails(SETTINGS) is None


def test_equal_sources_hardly_ever_pass_and_one_better_by_a_hundredth_mostly_does():
    assert np.mean(list(draws(0.0))) <= 0.05
    assert np.mean(list(draws(0.01))) >= 0.8


def test_figures_are_pythons_own_numbers_which_spark_takes():
    one = Challenger("a", np.float64(0.1), np.float64(0.05), np.float64(1), {"all": np.float64(0)})
    assert {type(value) for value in one.figures.values()} == {float}
