import math

import numpy as np
import pytest

from colike.evaluation.bootstrap import interval, poisson_weights

REPLICATES = 100


@pytest.fixture(scope="module")
def hashes():
    return np.random.default_rng(3).integers(-(2**63), 2**63 - 1, 5_000, dtype=np.int64)


@pytest.fixture(scope="module")
def weights(hashes):
    return poisson_weights(hashes, REPLICATES)


def test_the_first_column_is_the_sample_itself(hashes, weights):
    assert weights.shape == (len(hashes), 1 + REPLICATES)
    assert (weights[:, 0] == 1).all()


def test_the_others_are_poisson_with_mean_and_variance_one(weights):
    drawn = weights[:, 1:]
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.01)
    for value in range(5):
        share = math.exp(-1) / math.factorial(value)
        assert (drawn == value).mean() == pytest.approx(share, abs=0.005)


def test_replicates_and_users_are_drawn_apart_from_each_other(weights):
    between = np.corrcoef(weights[:, 1:21], rowvar=False)[~np.eye(20, dtype=bool)]
    assert np.abs(between).max() < 0.08
    among_users = np.corrcoef(weights[:200, 1:])[~np.eye(200, dtype=bool)]
    assert abs(among_users.mean()) < 0.01


def test_neighbouring_hashes_draw_apart_too():
    drawn = poisson_weights(np.arange(5_000), 2)[:, 1]
    assert drawn.mean() == pytest.approx(1, abs=0.06)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.06


def test_a_users_weights_depend_on_the_user_alone(hashes, weights):
    shuffled = np.random.default_rng(0).permutation(len(hashes))
    assert (poisson_weights(hashes[shuffled], REPLICATES) == weights[shuffled]).all()
    assert (poisson_weights(hashes[:7], REPLICATES) == weights[:7]).all()
    assert (poisson_weights(hashes[:7], 5) == weights[:7, :6]).all()


def test_an_interval_holds_the_middle_95_percent():
    assert interval(np.arange(0, 1001, dtype=float)) == (25.0, 975.0)


def test_an_interval_leaves_out_replicates_that_could_not_be_measured():
    with_gaps = np.array([math.nan, *range(1001), math.nan], float)
    assert interval(with_gaps) == (25.0, 975.0)
    assert all(math.isnan(end) for end in interval(np.array([math.nan])))


def test_the_interval_of_a_mean_is_as_wide_as_theory_says(hashes):
    values = np.random.default_rng(4).normal(10, 2, len(hashes))
    weights = poisson_weights(hashes, 1_000)[:, 1:]
    low, high = interval((values @ weights) / weights.sum(axis=0))
    error = values.std() / math.sqrt(len(values))
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
