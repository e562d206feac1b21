"""Weighted co-ratings of the tiled engine against plain matrix products."""

import numpy as np
import pytest

from colike.similarity import gram as gram_module
from colike.similarity.gram import weighted_gram

USERS, ITEMS = 120, 23
OPINIONS = ("likes", "passives", "detractors")
SCHEMA = "user_id bigint, " + ", ".join(f"{name} array<int>" for name in OPINIONS)


@pytest.fixture(scope="module")
def opinions():
    """Which opinion each user has of each item: 0, 1, 2, or 3 for none."""
    return np.random.default_rng(0).choice(4, (USERS, ITEMS), p=[0.2, 0.15, 0.1, 0.55])


@pytest.fixture(scope="module")
def ratings(spark, opinions):
    rows = [
        (user, *(np.flatnonzero(mine == opinion).tolist() for opinion in range(3)))
        for user, mine in enumerate(opinions)
    ]
    return spark.createDataFrame(rows, SCHEMA)


@pytest.mark.parametrize("worth", [(1.0, 0.4, 0.1), (1.0, 0.0, -0.5), (1.0, 0.0, 0.0)])
def test_it_is_the_product_of_the_matrices(ratings, opinions, worth):
    x, y = np.array([*worth, 0.0])[opinions], (opinions == 0).astype(float)
    made = weighted_gram(ratings, ITEMS, worth)
    assert made.inputs == pytest.approx(x.T @ x, abs=1e-5)
    assert made.targets == pytest.approx(x.T @ y, abs=1e-5)
    assert made.inputs.flags.f_contiguous


def test_it_is_equal_to_the_last_bit_on_any_partitioning_and_in_any_strips(ratings, monkeypatch):
    worth = (1.0, 0.4, 0.1)
    once = weighted_gram(ratings.coalesce(1), ITEMS, worth)
    monkeypatch.setattr(gram_module, "CELLS", 8)
    again = weighted_gram(ratings.repartition(5), ITEMS, worth)
    assert (once.inputs == again.inputs).all()
    assert (once.targets == again.targets).all()


def test_nobody_has_rated_anything(spark):
    nothing = spark.createDataFrame([(1, [], [], [])], SCHEMA)
    made = weighted_gram(nothing, ITEMS, (1.0, 0.4, 0.1))
    assert made.inputs.shape == (ITEMS, ITEMS)
    assert not made.inputs.any()
