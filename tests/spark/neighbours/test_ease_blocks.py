"""EASE in blocks, by Spark tasks: against the closed form of all items."""

import numpy as np
import pytest

from colike import columns as C
from colike.errors import ConfigError
from colike.neighbours.ease import solved
from colike.neighbours.ease_blocks import blocks_of
from colike.neighbours.ease_tasks import BlockFit, solved_in_blocks

from ...histories import OPINION_SCHEMA

USERS, ITEMS = 120, 16
WORTH = (1.0, 0.4, 0.1)


@pytest.fixture(scope="module")
def opinions():
    """Users x items: 0 to 2 for an opinion, -1 for none; odd and even items share no user."""
    random = np.random.default_rng(0)
    made = random.choice([-1, 0, 1, 2], (USERS, ITEMS), p=[0.5, 0.25, 0.15, 0.1])
    made[(np.arange(USERS)[:, None] + np.arange(ITEMS)) % 2 == 1] = -1
    return made


@pytest.fixture(scope="module")
def ratings(spark, opinions):
    rows = [[np.flatnonzero(row == which).tolist() for which in range(3)] for row in opinions]
    users = [(user, *mine, []) for user, mine in enumerate(rows)]
    return spark.createDataFrame(users, f"{C.USER_ID} bigint, {OPINION_SCHEMA}").repartition(3)


def by_definition(opinions):
    x = np.select([opinions == which for which in range(3)], WORTH, 0.0)
    y = (opinions == 0).astype(float)
    likes = y.sum(axis=0).astype(np.int64)
    return solved(
        np.asfortranarray(x.T @ x, np.float32), (x.T @ y).astype(np.float32), likes, 20.0, 0.1
    ).weights


def matrix(found):
    made = np.zeros((ITEMS, ITEMS))
    made[found.owners, found.items] = found.weights
    return made


def solve(ratings, opinions, size, regularization=20.0):
    # Each item's neighbours are the other items that it shares users with.
    items = [[other for other in range(ITEMS) if other != i and (other - i) % 2 == 0]
             for i in range(ITEMS)]  # fmt: skip
    indptr = np.arange(ITEMS + 1, dtype=np.int64) * (ITEMS // 2 - 1)
    near = np.array(items, np.int32).ravel()
    likes = (opinions == 0).sum(axis=0).astype(np.int64)
    popular = np.argsort(-likes, kind="stable").astype(np.int32)
    blocks = blocks_of(indptr, near, np.ones(len(near)), popular, size)
    fit = BlockFit(WORTH, regularization, 0.1, ITEMS)
    return len(blocks), solved_in_blocks(ratings, blocks, likes, fit)


def test_one_block_of_all_items_is_ease(ratings, opinions):
    count, found = solve(ratings, opinions, ITEMS)
    assert count == 1
    assert np.abs(matrix(found) - by_definition(opinions)).max() < 1e-5
    assert found.residual < 1e-5


def test_items_that_share_no_users_with_others_need_no_more_than_their_block(ratings, opinions):
    count, found = solve(ratings, opinions, ITEMS // 2)
    assert count == 4  # half of each block is its group, and the rest of its half surrounds it
    assert np.abs(matrix(found) - by_definition(opinions)).max() < 1e-5


def test_smaller_blocks_come_near(ratings, opinions):
    _, found = solve(ratings, opinions, 6)
    made, wanted = matrix(found), by_definition(opinions)
    there = made != 0
    assert there.any(axis=0).all()
    assert np.corrcoef(made[there], wanted[there])[0, 1] > 0.9


def test_a_regularization_that_is_too_small_is_said_by_the_driver(spark):
    rows = [(user, [0, 1], [], [], []) for user in range(50_000)]
    everyone = spark.createDataFrame(rows, f"{C.USER_ID} bigint, {OPINION_SCHEMA}")
    blocks = blocks_of(np.zeros(3, np.int64), np.zeros(0, np.int32), np.zeros(0),
                       np.arange(2, dtype=np.int32), 2)  # fmt: skip
    fit = BlockFit(WORTH, 1e-5, 0.0, 2)
    with pytest.raises(ConfigError, match=r"sources\.ease\.regularization"):
        solved_in_blocks(everyone, blocks, np.full(2, 50_000), fit)
