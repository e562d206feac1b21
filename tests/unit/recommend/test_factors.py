"""Users folded in on fixed item factors, against the least squares written out."""

import numpy as np
import pytest

from colike.recommend.catalogue import Catalogue
from colike.recommend.factors import FactorScorer
from colike.recommend.histories import LIKES, ROWS

from ...histories import histories_of

SIZE, RANK, USERS, K = 40, 6, 25, 8
ALPHA, REGULARIZATION = 5.0, 0.1
WITHOUT = (3, 17)


@pytest.fixture(scope="module")
def factors():
    made = np.random.default_rng(1).normal(size=(SIZE, RANK)).astype(np.float32)
    made[[*WITHOUT]] = 0
    return made


@pytest.fixture(scope="module")
def scorer(factors):
    order = np.random.default_rng(2).permutation(SIZE).astype(np.int32)
    catalogue = Catalogue(
        np.arange(SIZE), order, np.zeros(SIZE, np.int64), np.arange(SIZE, dtype=np.int32)
    )
    may = (np.arange(SIZE) % 5 != 0) & factors.any(axis=1)
    return FactorScorer(catalogue, factors, may, ALPHA, REGULARIZATION, 10, K)


@pytest.fixture(scope="module")
def histories():
    random = np.random.default_rng(3)
    seen = [random.choice(SIZE, 12, replace=False).tolist() for _ in range(USERS)]
    # One likes nothing, one only what has no factors.
    likes = [row[: size % 9] for size, row in enumerate(seen)]
    likes[1], seen[1] = list(WITHOUT), [*WITHOUT, 5]
    return histories_of(zip(likes, seen, strict=True))


def likes_of(histories, user):
    start, end = histories.indptr[ROWS * user + LIKES : ROWS * user + LIKES + 2]
    return [item for item in histories.items[start:end] if item not in WITHOUT]


def brute_force(factors, likes):
    """The vector that minimises the weighted squares over all items, by solving for it."""
    y, liked = factors.astype(np.float64), np.zeros(SIZE)
    liked[likes] = 1
    confidence = np.diag(1 + ALPHA * liked)
    left = y.T @ confidence @ y + REGULARIZATION * len(likes) * np.eye(RANK)
    return np.linalg.solve(left, y.T @ confidence @ liked)


def test_a_user_is_folded_in_as_the_least_squares_say(factors, scorer, histories):
    for user in range(USERS):
        likes = likes_of(histories, user)
        folded = scorer.folded(np.array(likes, np.int32))
        if not likes:
            assert folded is None
            continue
        assert folded.vector == pytest.approx(brute_force(factors, likes), abs=1e-10)


def test_lists_have_the_largest_scores_of_unseen_items_and_parts_that_add_up(
    factors, scorer, histories
):
    lists = scorer(histories)
    for user in range(USERS):
        likes = likes_of(histories, user)
        if not likes:
            assert lists.fallback[user].all()
            assert (lists.because[user] == -1).all()
            continue
        scores = factors.astype(np.float64) @ brute_force(factors, likes)
        seen = histories.of_users(user, user + 1).items
        open_ = np.setdiff1d(np.flatnonzero(scorer.may), seen)
        wanted = sorted(open_, key=lambda item: (-scores[item], scorer.catalogue.order[item]))[:K]
        assert lists.items[user].tolist() == wanted
        assert lists.scores[user] == pytest.approx(scores[wanted], abs=1e-9)
        folded = scorer.folded(np.array(likes, np.int32))
        parts = folded.parts(factors[wanted].astype(np.float64))
        assert parts.sum(axis=1) == pytest.approx(scores[wanted], abs=1e-9)
        for slot, mine in enumerate(parts):
            best = sorted(np.flatnonzero(mine > 0), key=lambda like: -mine[like])[:3]
            reasons = [item for item in lists.because[user, slot] if item >= 0]
            assert reasons == [likes[like] for like in best]
            assert lists.parts[user, slot, : len(best)] == pytest.approx(mine[best], abs=1e-9)
            assert lists.supports[user, slot] == (mine > 0).sum()
