import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.catalogue import Catalogue
from colike.recommend.vectors import VectorScorer

from ...histories import histories_of

SIZE, DIMENSIONS = 12, 4


def catalogue_of(order, popular):
    likes = np.zeros(SIZE, np.int64)
    return Catalogue(np.arange(SIZE), np.array(order, np.int32), likes, np.array(popular, np.int32))


def reference(user, vectors, may, order, popular, k):
    """In ten lines: item, score, the likes with the largest shares of it, whether popular."""
    likes, seen = user
    total = sum((vectors[like] for like in likes), np.zeros(DIMENSIONS))
    length = np.sqrt((total**2).sum())
    best, score, shares = [], {}, {}
    if length > 0:
        shares = {
            i: {like: vectors[like] @ vectors[i] / length for like in likes} for i in range(SIZE)
        }
        score = {i: sum(shares[i].values()) for i in range(SIZE) if may[i] and i not in seen}
        best = sorted(score, key=lambda item: (-round(score[item], 9), order[item]))[:k]
    fill = [item for item in popular if item not in seen and item not in best][: k - len(best)]
    return [(i, score[i], shares[i], False) for i in best] + [(i, 0.0, {}, True) for i in fill]


def scorer_of(vectors, may, order, popular, k):
    return VectorScorer(catalogue_of(order, popular), vectors, may, 3, k)


# Small whole numbers are exact in single precision and make many ties.
coordinates = st.lists(
    st.lists(st.integers(-2, 2), min_size=DIMENSIONS, max_size=DIMENSIONS),
    min_size=SIZE,
    max_size=SIZE,
)
items = st.integers(0, SIZE - 1)
users = st.lists(
    st.tuples(st.sets(items, max_size=5), st.sets(items, max_size=6)).map(
        lambda drawn: (sorted(drawn[0]), sorted(drawn[0] | drawn[1]))
    ),
    min_size=1,
    max_size=5,
)
orders = st.permutations(range(SIZE))
masks = st.lists(st.booleans(), min_size=SIZE, max_size=SIZE)
popular_lists = st.lists(items, unique=True, max_size=SIZE)


@settings(deadline=None, max_examples=150)
@given(coordinates, users, masks, orders, popular_lists, st.integers(1, SIZE))
def test_lists_are_those_of_the_reference(rows, users, may, order, popular, k):
    vectors = np.array(rows, np.float32)
    # With as many candidates as items nothing depends on the first, inexact scores.
    scorer = VectorScorer(catalogue_of(order, popular), vectors, np.array(may), SIZE, k)
    made = scorer(histories_of(users))
    for place, user in enumerate(users):
        wanted = reference(user, vectors.astype(float), may, order, popular, k)
        count = len(wanted)
        assert made.items[place].tolist() == [row[0] for row in wanted] + [-1] * (k - count)
        assert made.scores[place, :count] == pytest.approx([row[1] for row in wanted])
        assert made.fallback[place, :count].tolist() == [row[3] for row in wanted]
        for rank, (_, _, shares, is_fallback) in enumerate(wanted):
            named = made.because[place, rank]
            parts = made.parts[place, rank][named >= 0]
            assert made.supports[place, rank] == (0 if is_fallback else len(user[0]))
            assert parts == pytest.approx([shares[like] for like in named[named >= 0].tolist()])
            largest = sorted((share for share in shares.values() if share), reverse=True)
            assert parts == pytest.approx(largest[:3])


@pytest.fixture(scope="module")
def many():
    """300 items in 32 dimensions, and users with up to 40 likes."""
    random = np.random.default_rng(5)
    vectors = random.normal(size=(300, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    seen = [random.choice(300, random.integers(1, 60), replace=False) for _ in range(50)]
    users = [(np.sort(row[: len(row) // 2]).tolist(), np.sort(row).tolist()) for row in seen]
    order = random.permutation(300).astype(np.int32)
    catalogue = Catalogue(np.arange(300), order, np.zeros(300, np.int64), order)
    return vectors, users, catalogue


def many_scorer(many, k, margin=10):
    return VectorScorer(many[2], many[0], np.ones(300, bool), margin, k)


def test_a_users_list_does_not_depend_on_who_else_is_in_the_batch(many):
    users = many[1]
    scorer = many_scorer(many, 10)
    together = scorer(histories_of(users))
    for place, user in enumerate(users):
        alone = scorer(histories_of([user]))
        assert alone.items[0].tolist() == together.items[place].tolist()
        assert alone.scores[0].tolist() == together.scores[place].tolist(), "to the last bit"
        assert alone.parts[0].tolist() == together.parts[place].tolist()


def test_a_short_list_begins_a_long_one(many):
    short, long = (many_scorer(many, k)(histories_of(many[1])) for k in (10, 50))
    assert short.items.tolist() == long.items[:, :10].tolist()


def test_the_margin_is_enough_to_find_what_all_items_computed_again_give(many):
    few, all_ = (many_scorer(many, 10, margin)(histories_of(many[1])) for margin in (10, 300))
    assert few.items.tolist() == all_.items.tolist()


def test_parts_add_up_to_the_score_where_likes_are_three_or_fewer(many):
    lists = many_scorer(many, 10)(histories_of([([1, 2, 3], [1, 2, 3])]))
    assert lists.parts[0].sum(axis=1) == pytest.approx(lists.scores[0], abs=1e-12)


def test_an_item_without_a_vector_is_no_reason_and_liking_it_alone_makes_a_popular_list(many):
    vectors = many[0].copy()
    vectors[7] = 0
    scorer = VectorScorer(many[2], vectors, vectors.any(axis=1), 10, 5)
    lists = scorer(histories_of([([3, 7], [3, 7]), ([7], [7])]))
    assert (lists.because[0][:, 0] == 3).all()
    assert (lists.because[0][:, 1] == -1).all()
    assert lists.fallback[1].all()
    assert lists.items[1].tolist() == [item for item in many[2].popular if item != 7][:5]
