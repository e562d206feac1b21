"""The block of tags beside a text's vector."""

import numpy as np
import pytest

from colike.neighbours.tags import beside, centred, tag_vectors

# Four items of two genres, one of a rare one, one without any; all are of one type.
TAGS = [
    {"Genres=Drama", "Type=TV"},
    {"Genres=Drama", "Type=TV"},
    {"Genres=Action", "Type=TV"},
    {"Genres=Action", "Type=TV"},
    {"Genres=Rare", "Type=TV"},
    {"Type=TV"},
]


def test_items_of_one_genre_are_alike_and_what_all_or_few_have_says_nothing():
    vectors = tag_vectors(TAGS, least_items=2)
    assert vectors.shape == (6, 2), "drama and action"
    cosines = vectors @ vectors.T
    assert cosines[0, 1] == pytest.approx(1)
    assert cosines[2, 3] == pytest.approx(1)
    assert cosines[0, 2] < 0
    assert not vectors[4:].any(), "a rare tag alone, and one that all have, are none"


def test_a_rarer_tag_weighs_more():
    tags = [{"a", "b"}, {"a"}, {"a"}, {"b"}, set(), set(), set()]
    vectors = tag_vectors(tags, least_items=1)
    own = np.array([[np.log(7 / 3), np.log(7 / 2)]])
    there = np.array([[1, 1], [1, 0], [1, 0], [0, 1]]) * own
    wanted = there - there.mean(axis=0)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert vectors[:4] == pytest.approx(wanted, abs=1e-6)


def test_text_and_tags_stand_beside_each_other_in_a_vector_of_length_one():
    random = np.random.default_rng(0)
    texts = centred(random.normal(size=(5, 4)).astype(np.float32))
    tags = centred(random.normal(size=(5, 3)).astype(np.float32))
    texts[4] = 0
    made = beside(texts, tags, 0.5)
    assert made.shape == (5, 7)
    assert np.linalg.norm(made[:4], axis=1) == pytest.approx(1)
    assert not made[4].any(), "an item without a text has no vector"
    again = centred(texts)[:4]
    cosines = (again @ again.T + 0.25 * tags[:4] @ tags[:4].T) / 1.25
    assert made[:4] @ made[:4].T == pytest.approx(cosines, abs=1e-6)


def test_items_without_tags_are_compared_by_text_alone():
    texts = np.eye(3, dtype=np.float32)
    made = beside(texts, np.zeros((3, 0), np.float32), 0.7)
    assert made == pytest.approx(centred(texts))
