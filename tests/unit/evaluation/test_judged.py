import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colike.evaluation.judged import Scale, TestRows, eligible_users, judge

MAL = Scale(like_at_least=9, detractor_at_most=6)
DEPTH, ITEMS = 5, 8

item = st.integers(0, ITEMS - 1)
shortlist = st.lists(item, unique=True, max_size=DEPTH)
user = st.tuples(shortlist, shortlist, st.dictionaries(item, st.integers(1, 10), max_size=6))


def padded(lists):
    return np.array([row + [-1] * (DEPTH - len(row)) for row in lists], np.int64)


def judged_users(users):
    lists, popular, tests = zip(*users, strict=True)
    rows = TestRows(
        np.concatenate([[0], np.cumsum([len(test) for test in tests])]),
        np.array([item for test in tests for item in test], np.int64),
        np.array([rating for test in tests for rating in test.values()], float),
    )
    fallback = np.array([[d % 2 == 1 and d < len(row) for d in range(DEPTH)] for row in lists])
    return judge(padded(lists), fallback, padded(popular), rows, MAL), rows


@given(st.lists(user, min_size=1, max_size=6))
def test_a_list_is_judged_by_its_own_users_test_ratings(users):
    made, rows = judged_users(users)
    eligible = [max(test.values(), default=0) >= 9 for _, _, test in users]
    assert eligible_users(rows, MAL).tolist() == eligible
    kept = [user for user, counts in zip(users, eligible, strict=True) if counts]
    assert len(made.items) == len(kept)
    for at, (listed, _, test) in enumerate(kept):
        ratings = [test.get(item) for item in listed] + [None] * (DEPTH - len(listed))
        assert made.items[at].tolist() == padded([listed])[0].tolist()
        assert made.there[at].tolist() == [d < len(listed) for d in range(DEPTH)]
        assert made.rated[at].tolist() == [r is not None for r in ratings]
        assert made.liked[at].tolist() == [r is not None and r >= 9 for r in ratings]
        assert made.disliked[at].tolist() == [r is not None and r <= 6 for r in ratings]
        assert made.likes[at] == sum(r >= 9 for r in test.values())
        assert made.passives[at] == sum(7 <= r <= 8 for r in test.values())


def test_users_without_a_test_like_are_not_measured():
    made, _ = judged_users([([0, 1], [], {0: 8, 1: 2}), ([1], [], {1: 9}), ([1], [], {})])
    assert made.items.tolist() == [[1, -1, -1, -1, -1]]


def test_nobody_has_a_test_rating():
    made, rows = judged_users([([0], [1], {}), ([], [], {})])
    assert len(made.items) == 0
    assert not eligible_users(rows, MAL).any()


@pytest.mark.parametrize(("rating", "kind"), [(3.5, "disliked"), (4.0, "passive"), (4.5, "liked")])
def test_the_scale_is_the_data_sets_own(rating, kind):
    rows = TestRows(np.array([0, 2]), np.array([0, 1]), np.array([rating, 5.0]))
    half_stars = Scale(like_at_least=4.5, detractor_at_most=3.5)
    made = judge(np.array([[0]]), np.array([[False]]), np.array([[-1]]), rows, half_stars)
    assert made.rated[0, 0]
    assert made.liked[0, 0] == (kind == "liked")
    assert made.disliked[0, 0] == (kind == "disliked")
    assert made.passives[0] == (kind == "passive")
