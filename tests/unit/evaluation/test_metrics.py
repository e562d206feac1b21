"""Every metric compared with a slow, plain one written from docs/method.md, Metrics."""

from math import log2

import numpy as np
import pytest

from colike.evaluation.exposure import cold_share, coverage, gini
from colike.evaluation.judged import Scale, TestRows, judge
from colike.evaluation.metrics import METRICS
from colike.evaluation.similar import ItemFacts, diversity, novelty

USERS, ITEMS, DEPTH = 40, 30, 10
MAL = Scale(like_at_least=9, detractor_at_most=6)


class User:
    """One user's list, popularity's list for the same user, and test ratings by item."""

    def __init__(self, random):
        self.items = random.permutation(ITEMS)[: random.integers(0, DEPTH + 1)].tolist()
        # The last titles of a list are the ones filled from the popular list.
        self.filled = self.items[random.integers(0, len(self.items) + 1) :]
        self.popular = random.permutation(ITEMS)[:DEPTH].tolist()
        rated = random.permutation(ITEMS)[: random.integers(0, 12)].tolist()
        self.test = {item: int(random.integers(4, 11)) for item in rated}
        self.likes = {item for item, rating in self.test.items() if rating >= 9}
        self.passives = {item for item, rating in self.test.items() if rating in (7, 8)}


def found(user, k):
    return [user.test[item] for item in user.items[:k] if item in user.test]


def dcg(gains):
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def slow_ndcg(user, k):
    gains = [item in user.likes for item in user.items[:k]]
    return dcg(gains) / dcg([1] * min(k, len(user.likes)))


def slow_ndcg_graded(user, k):
    def gain(item):
        return 2 * (item in user.likes) + (item in user.passives)

    ideal = sorted(map(gain, user.test), reverse=True)[:k]
    return dcg([gain(item) for item in user.items[:k]]) / dcg(ideal)


def slow_map(user, k):
    hits = [item in user.likes for item in user.items[:k]]
    precisions = [sum(hits[: r + 1]) / (r + 1) for r, hit in enumerate(hits) if hit]
    return sum(precisions) / min(k, len(user.likes))


def slow_mrr(user, k):
    ranks = [r for r, item in enumerate(user.items[:k], start=1) if item in user.likes]
    return 1 / ranks[0] if ranks else 0.0


def mean(per_user):
    return lambda users, k: sum(per_user(user, k) for user in users) / len(users)


def slow_nps(users, k):
    scores = [(r >= 9) - (r <= 6) for user in users for r in found(user, k)]
    return sum(scores) / len(scores)


def slow_fallback_share(users, k):
    listed = [(item, user) for user in users for item in user.items[:k]]
    return sum(item in user.filled for item, user in listed) / len(listed)


SLOW = {
    "recall": mean(lambda u, k: len(u.likes & set(u.items[:k])) / len(u.likes)),
    "precision": mean(lambda u, k: len(u.likes & set(u.items[:k])) / k),
    "hit_rate": mean(lambda u, k: float(bool(u.likes & set(u.items[:k])))),
    "ndcg": mean(slow_ndcg),
    "ndcg_graded": mean(slow_ndcg_graded),
    "map": mean(slow_map),
    "mrr": mean(slow_mrr),
    "nps": slow_nps,
    "found_per_user": mean(lambda u, k: len(found(u, k))),
    "serendipity": mean(lambda u, k: len(u.likes & set(u.items[:k]) - set(u.popular[:k]))),
    "fallback_share": slow_fallback_share,
}


def padded(rows, fill):
    return np.array([list(row) + [fill] * (DEPTH - len(row)) for row in rows])


def judged_of(users):
    tests = TestRows(
        np.concatenate([[0], np.cumsum([len(user.test) for user in users])]),
        np.array([item for user in users for item in user.test], np.int64),
        np.array([rating for user in users for rating in user.test.values()], float),
    )
    lists = padded([user.items for user in users], -1)
    fallback = padded([[i in user.filled for i in user.items] for user in users], False)
    popular = padded([user.popular for user in users], -1)
    return judge(lists, fallback, popular, tests, MAL)


@pytest.fixture(params=range(3))
def users(request):
    random = np.random.default_rng(request.param)
    return [User(random) for _ in range(USERS)]


def eligible(users):
    return [user for user in users if user.likes]


def test_every_metric_has_a_slow_one_here():
    assert set(SLOW) == set(METRICS)


@pytest.mark.parametrize("k", [1, 3, 5, DEPTH])
@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_metric_is_what_method_says(users, name, k):
    parts = METRICS[name](judged_of(users), k)
    assert len(parts.numerator) == len(parts.denominator) == len(eligible(users))
    value = parts.numerator.sum() / parts.denominator.sum()
    assert value == pytest.approx(SLOW[name](eligible(users), k), abs=1e-12)


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"nps", "found_per_user", "serendipity"}))
def test_a_share_lies_between_none_and_all_for_every_user(users, name):
    parts = METRICS[name](judged_of(users), 5)
    assert (parts.numerator >= 0).all()
    assert (parts.numerator <= parts.denominator + 1e-12).all()


@pytest.mark.parametrize("name", ["recall", "ndcg", "ndcg_graded", "map", "mrr", "hit_rate"])
def test_a_list_of_all_test_likes_first_is_perfect(users, name):
    for user in users:
        best_first = sorted(user.test, key=lambda item: -user.test[item])
        user.items = [*best_first, *(i for i in range(ITEMS) if i not in user.test)][:DEPTH]
    parts = METRICS[name](judged_of(users), DEPTH)
    np.testing.assert_allclose(parts.numerator, 1.0)


def test_novelty_is_the_mean_rarity_of_what_is_recommended(users):
    shares = np.random.default_rng(1).uniform(0.01, 1, ITEMS)
    parts = novelty(judged_of(users), 5, ItemFacts(shares, np.zeros((0, 0), np.float32)))
    bits = [-log2(shares[item]) for user in eligible(users) for item in user.items[:5]]
    assert parts.numerator.sum() / parts.denominator.sum() == pytest.approx(np.mean(bits))


def test_diversity_is_one_less_the_mean_cosine_of_a_lists_pairs(users):
    vectors = np.random.default_rng(2).normal(size=(ITEMS, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    parts = diversity(judged_of(users), 5, ItemFacts(np.ones(ITEMS), vectors))
    slow = []
    for user in eligible(users):
        listed = user.items[:5]
        pairs = [(a, b) for at, a in enumerate(listed) for b in listed[at + 1 :]]
        if pairs:
            slow.append(1 - np.mean([vectors[a] @ vectors[b] for a, b in pairs]))
    assert parts.denominator.sum() == len(slow)
    assert parts.numerator.sum() / parts.denominator.sum() == pytest.approx(np.mean(slow), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_gini_is_half_the_mean_difference_over_the_mean(seed):
    counts = np.random.default_rng(seed).integers(0, 20, 25)
    differences = np.abs(counts[:, None] - counts[None, :]).mean()
    assert gini(counts) == pytest.approx(differences / (2 * counts.mean()))


def test_exposure_when_nothing_is_recommended():
    nothing = np.zeros(4, np.int64)
    assert (coverage(nothing), gini(nothing), cold_share(nothing, nothing)) == (0, 0.0, 0.0)
