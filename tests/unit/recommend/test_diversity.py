import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.diversity import marginal_places

SIZE, LENGTH = 9, 6


def reference(items, scores, vectors, relevance, k):
    """Maximal marginal relevance as it is written down."""
    spread = max(scores) - min(scores) if scores else 0
    worth = [1.0 if spread == 0 else (score - min(scores)) / spread for score in scores]
    taken = []
    while len(taken) < min(k, len(items)):

        def value(place):
            near = [vectors[items[place]] @ vectors[items[other]] for other in taken]
            return relevance * worth[place] - (1 - relevance) * max(near, default=0.0)

        left = [place for place in range(len(items)) if place not in taken]
        taken.append(max(left, key=lambda place: (value(place), -place)))
    return taken


def places_of(items, scores, vectors, relevance, k, fallback=None):
    (found,) = marginal_places(
        np.array([items], np.int32),
        np.array([scores], np.float64),
        np.array([fallback or [False] * len(items)]),
        vectors,
        relevance,
        k,
    )
    return found.tolist()


@settings(deadline=None, max_examples=150)
@given(
    st.permutations(range(SIZE)).map(lambda items: items[:LENGTH]),
    st.lists(st.integers(0, 16), min_size=LENGTH, max_size=LENGTH),
    st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=SIZE, max_size=SIZE),
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    st.integers(1, LENGTH),
)
def test_places_are_those_of_the_reference(items, scores, rows, relevance, k):
    # Sixteenths and small whole numbers keep all values exact, so ties are ties.
    scores = sorted(scores, reverse=True)
    vectors = np.array(rows, np.float32)
    spread = max(scores) - min(scores)
    if spread and spread & (spread - 1):
        scores = [min(scores) + 16] + [min(scores)] * (LENGTH - 1)
    wanted = reference(items, scores, vectors.astype(float), relevance, k)
    assert places_of(items, scores, vectors, relevance, k) == wanted


def test_relevance_one_keeps_the_order_and_zero_asks_for_distance_alone():
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]], np.float32)
    assert places_of([0, 1, 2, 3], [4, 3, 2, 1], vectors, 1.0, 3) == [0, 1, 2]
    assert places_of([0, 1, 2, 3], [4, 3, 2, 1], vectors, 0.0, 3) == [0, 3, 2]


def test_a_short_list_begins_a_long_one_where_the_pool_is_the_same():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(SIZE, 4)).astype(np.float32)
    scores = np.sort(random.random(SIZE))[::-1].tolist()
    long = places_of(list(range(SIZE)), scores, vectors, 0.5, 8)
    for k in range(1, 8):
        assert places_of(list(range(SIZE)), scores, vectors, 0.5, k) == long[:k]


def test_fallbacks_follow_in_their_order_and_the_end_of_a_list_stays_its_end():
    vectors = np.eye(4, dtype=np.float32)
    fallback = [False, False, True, False]
    assert places_of([0, 1, 2, -1], [2, 1, 0, 0], vectors, 0.5, 4, fallback) == [0, 1, 2, -1]
    assert places_of([-1, -1], [0, 0], vectors, 0.5, 2) == [-1, -1]


@pytest.mark.parametrize("k", [1, 3])
def test_equal_scores_leave_the_choice_to_distance(k):
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert places_of([0, 1, 2], [5, 5, 5], vectors, 0.5, k) == [0, 2, 1][:k]
