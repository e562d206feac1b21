import numpy as np
import pytest

from colike.neighbours import cosine
from colike.neighbours.cosine import nearest


def unit_rows(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def brute_force(vectors, order, k):
    """All cosines in double precision, by falling cosine, then rising order, itself left out."""
    exact = vectors.astype(np.float64)
    found = []
    for own in range(len(vectors)):
        cosines = exact @ exact[own]
        others = [i for i in range(len(vectors)) if i != own]
        found.append(sorted(others, key=lambda i: (-round(cosines[i], 12), order[i]))[:k])
    return found


def shuffled(size, seed):
    return np.random.default_rng(seed).permutation(size).astype(np.int32)


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_those_of_brute_force(seed):
    vectors = unit_rows(np.random.default_rng(seed).normal(size=(60, 8)))
    order = shuffled(60, seed)
    found = nearest(vectors, order, 7, 3)
    assert found.items.tolist() == brute_force(vectors, order, 7)
    for own, (items, weights) in enumerate(zip(found.items, found.weights, strict=True)):
        exact = vectors[items].astype(np.float64) @ vectors[own].astype(np.float64)
        np.testing.assert_allclose(weights, exact, rtol=0, atol=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_ties_go_by_order_of_id_and_not_by_row(seed):
    # Few distinct directions: nearly every cosine stands several times.
    random = np.random.default_rng(seed)
    vectors = unit_rows(random.choice([-1.0, 0.0, 1.0], size=(40, 3)) + 0.25)
    order = shuffled(40, seed)
    assert nearest(vectors, order, 5, 40).items.tolist() == brute_force(vectors, order, 5)


def test_a_title_with_the_same_text_is_a_neighbour_and_the_title_itself_is_not():
    vectors = unit_rows([[1, 0], [1, 0], [1, 0], [0, 1]])
    found = nearest(vectors, np.array([3, 2, 1, 0], np.int32), 2, 2)
    assert found.items.tolist() == [[2, 1], [2, 0], [1, 0], [2, 1]]
    np.testing.assert_allclose(found.weights[:3], 1, atol=1e-6)
    np.testing.assert_allclose(found.weights[3], 0, atol=1e-6)


def test_a_short_list_begins_a_long_one():
    vectors = unit_rows(np.random.default_rng(9).normal(size=(80, 4)).round())
    order = shuffled(80, 9)
    ten, thirty = nearest(vectors, order, 10, 80), nearest(vectors, order, 30, 80)
    assert (thirty.items[:, :10] == ten.items).all()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_more_neighbours_than_titles_leaves_the_rest_empty(size):
    vectors = unit_rows(np.random.default_rng(1).normal(size=(size, 4)))
    found = nearest(vectors, shuffled(size, 1), 8, 10)
    assert found.items.shape == (size, 8)
    assert (found.items[:, size - 1 :] == -1).all()
    assert (found.weights[:, size - 1 :] == 0).all()
    for own, row in enumerate(found.items[:, : size - 1]):
        assert sorted(row) == [i for i in range(size) if i != own]


def test_titles_beyond_one_block_have_neighbours_too(monkeypatch):
    monkeypatch.setattr(cosine, "CELLS", 64 * 84)
    vectors = unit_rows(np.random.default_rng(2).normal(size=(84, 4)))
    order = shuffled(len(vectors), 2)
    found = nearest(vectors, order, 3, 5)
    expected = brute_force(vectors, order, 3)
    assert found.items.tolist() == expected
