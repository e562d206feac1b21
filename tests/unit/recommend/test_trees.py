"""Boosted trees: the same rows give the same trees, and a row's answer is its own."""

import pickle
import sys

import numpy as np
import pytest

from colike.config import load_config
from colike.errors import DependencyError
from colike.recommend.trees import CHANCE, MEAN, Trees, fitted_trees

SETTINGS = load_config("conf/mal2020.yml", []).sources.ranker.rated.model_copy(
    update={"rounds": 10, "depth": 3, "learning_rate": 0.5}
)
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(500, 4)).astype(np.float32)
TARGETS = (ROWS[:, 1] + RANDOM.normal(0, 0.3, 500) > 0).astype(float)
ONES = np.ones(500)


@pytest.fixture(scope="module")
def trees():
    return fitted_trees(ROWS, TARGETS, ONES, CHANCE, SETTINGS)


def test_equal_rows_give_equal_trees(trees):
    assert fitted_trees(ROWS, TARGETS, ONES, CHANCE, SETTINGS).text == trees.text
    other = SETTINGS.model_copy(update={"seed": 8})
    assert fitted_trees(ROWS, TARGETS, ONES, CHANCE, other).text != trees.text


def test_the_text_says_all_that_the_trees_know(trees):
    again = Trees(trees.text)
    assert (again(ROWS) == trees(ROWS)).all()
    assert pickle.loads(pickle.dumps(trees)) == trees, "executors receive the text"


def test_a_row_is_answered_alike_alone_and_among_others(trees):
    whole = trees(ROWS)
    assert np.concatenate([trees(ROWS[:1]), trees(ROWS[1:7]), trees(ROWS[7:])]).tolist() == (
        whole.tolist()
    )


def test_a_chance_is_a_chance_and_a_mean_is_a_mean(trees):
    chances = trees(ROWS)
    assert 0 < chances.min() < 0.2
    assert 0.8 < chances.max() < 1
    mean = fitted_trees(ROWS, 3 * TARGETS - 1, ONES, MEAN, SETTINGS)
    assert mean(ROWS).mean() == pytest.approx((3 * TARGETS - 1).mean(), abs=0.1)
    assert mean(ROWS).min() < -0.3


def test_the_feature_that_tells_has_the_largest_share_of_the_gain(trees):
    shares = trees.importances(["a", "b", "c", "d"])
    assert max(shares, key=shares.get) == "b"
    assert sum(shares.values()) == pytest.approx(1)


def test_a_weight_counts_as_so_many_rows():
    flat = SETTINGS.model_copy(update={"rows_share": 1.0, "features_share": 1.0, "rounds": 3})
    twice = np.concatenate([ROWS, ROWS[:250]]), np.concatenate([TARGETS, TARGETS[:250]])
    weights = np.where(np.arange(500) < 250, 2.0, 1.0)
    made = fitted_trees(ROWS, TARGETS, weights, CHANCE, flat)(ROWS)
    repeated = fitted_trees(*twice, np.ones(750), CHANCE, flat)(ROWS)
    assert made == pytest.approx(repeated, abs=0.02)


def test_without_xgboost_an_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(DependencyError, match=r"pip install 'colike\[ranker\]', or set sources"):
        fitted_trees(ROWS, TARGETS, ONES, CHANCE, SETTINGS)
