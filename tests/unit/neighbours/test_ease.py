"""EASE's closed form and the cut of its weights, against plain NumPy in double precision."""

import numpy as np
import pytest

from colike.errors import ConfigError
from colike.neighbours import ease
from colike.neighbours.ease import cuts, kept, solved

USERS, ITEMS = 400, 30


@pytest.fixture(scope="module")
def ratings():
    """What each user's opinion of each item weighs (X), and 1 where it is a like (Y)."""
    random = np.random.default_rng(0)
    taste = (np.arange(USERS)[:, None] % 3) == (np.arange(ITEMS) % 3)
    rated = random.random((USERS, ITEMS)) < np.where(taste, 0.4, 0.1)
    opinions = random.choice([1.0, 0.4, 0.1], (USERS, ITEMS), p=[0.5, 0.3, 0.2])
    weighed = np.where(rated, opinions, 0)
    weighed[:, -1] = 0  # nobody has seen the last one
    return weighed, (weighed == 1).astype(float)


def by_definition(x, y, regularization, dropout=0.0):
    """Steck (2019), and his (2020) for a dropout."""
    held_down = regularization + y.sum(axis=0) * dropout / (1 - dropout)
    p = np.linalg.inv(x.T @ x + np.diag(held_down))
    q = p @ x.T @ y
    weights = q - p * (np.diag(q) / np.diag(p))
    return weights - np.diag(np.diag(weights))


def solve(x, y, regularization, dropout=0.0):
    inputs = np.asfortranarray(x.T @ x, np.float32)
    targets = np.ascontiguousarray(x.T @ y, np.float32)
    likes = y.sum(axis=0).astype(np.int64)
    return solved(inputs, targets, likes, regularization, dropout)


@pytest.mark.parametrize("panel", [7, 1024])
@pytest.mark.parametrize(("regularization", "dropout"), [(5.0, 0.0), (300.0, 0.0), (20.0, 0.25)])
def test_weights_are_those_of_the_definition(ratings, monkeypatch, panel, regularization, dropout):
    monkeypatch.setattr(ease, "PANEL", panel)
    made = solve(*ratings, regularization, dropout)
    wanted = by_definition(*ratings, regularization, dropout)
    assert np.abs(made.weights - wanted).max() < 1e-4
    assert made.residual < 1e-4
    assert (np.diag(made.weights) == 0).all()


def test_from_likes_to_likes_it_is_plain_ease(ratings):
    _, y = ratings
    p = np.linalg.inv(y.T @ y + 10 * np.eye(ITEMS))
    plain = np.eye(ITEMS) - p / np.diag(p)
    np.fill_diagonal(plain, 0)
    assert solve(y, y, 10.0).weights == pytest.approx(plain, abs=1e-4)


def test_an_item_that_nobody_has_seen_has_no_weight(ratings):
    weights = solve(*ratings, 10.0).weights
    assert not weights[-1].any()
    assert not weights[:, -1].any()


def test_a_regularization_that_single_precision_cannot_carry_is_refused():
    # Two items that everyone likes together: the Gram alone has no inverse.
    x = np.ones((100_000, 2))
    with pytest.raises(ConfigError, match=r"sources\.ease\.regularization"):
        solve(x, x, 1e-4)


@pytest.mark.parametrize("panel", [4, 1024])
@pytest.mark.parametrize("keep", [1, 3, 100])
def test_the_largest_weights_of_each_row_and_of_each_column_are_kept(monkeypatch, panel, keep):
    monkeypatch.setattr(ease, "PANEL", panel)
    random = np.random.default_rng(1)
    weights = random.permutation(np.arange(1, 101)).reshape(10, 10).astype(np.float32)
    weights *= random.choice([-1, 1], (10, 10))
    np.fill_diagonal(weights, 0)
    size = np.abs(weights)
    by_row = size >= -np.sort(-size, axis=1)[:, [min(keep, 10) - 1]]
    by_column = size >= -np.sort(-size, axis=0)[[min(keep, 10) - 1]]
    wanted = {(i, j) for i, j in zip(*np.nonzero((by_row | by_column) & (size > 0)), strict=True)}
    order = random.permutation(10).astype(np.int32)
    edges = kept(weights, cuts(weights, [2, keep])[keep], order)
    assert set(zip(edges.owners.tolist(), edges.items.tolist(), strict=True)) == wanted
    assert edges.weights.tolist() == weights[edges.owners, edges.items].tolist()
    keys = list(zip(edges.owners, -np.abs(edges.weights), order[edges.items], strict=True))
    assert keys == sorted(keys), "by owner, then falling size, then id"
