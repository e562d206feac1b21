"""Candidates in another order: scored ones by worth, then what fills a list up."""

import numpy as np

from colike.recommend.lists import Lists
from colike.recommend.ranked import ranked

ITEMS = np.array([[4, 2, 7, 1, 5], [3, 6, 0, -1, -1]], np.int32)
SCORES = np.array([[0.9, 0.8, 0.7, 0.0, 0.0], [0.5, 0.0, 0.0, 0.0, 0.0]])
FALLBACK = np.array([[0, 0, 0, 1, 1], [0, 1, 1, 0, 0]], bool)
SUPPORTS = np.arange(10, dtype=np.int32).reshape(2, 5)
BECAUSE = np.arange(30, dtype=np.int32).reshape(2, 5, 3)
FOUND = Lists(ITEMS, SCORES, SUPPORTS, BECAUSE, BECAUSE / 8, FALLBACK)
ORDER = np.array([0, 1, 9, 3, 4, 5, 6, 2], np.int32)
WORTH = np.array([[-0.5, 0.3, 0.3, 9.0, 9.0], [-2.0, 7.0, 7.0, 7.0, 7.0]])


def test_candidates_are_listed_by_worth_then_by_id_and_fallbacks_follow_in_their_order():
    lists = ranked(FOUND, WORTH, ORDER, 5)
    # Items 7 and 2 are worth the same, and 7 has the lower id.
    assert lists.items.tolist() == [[7, 2, 4, 1, 5], [3, 6, 0, -1, -1]]
    assert lists.scores.tolist() == [[0.3, 0.3, -0.5, 0, 0], [-2, 0, 0, 0, 0]]
    assert lists.fallback.tolist() == [[False] * 3 + [True] * 2, [False, True, True, False, False]]


def test_reasons_stay_with_their_item():
    lists = ranked(FOUND, WORTH, ORDER, 5)
    for user, row in enumerate(lists.items):
        for place, item in enumerate(row[row >= 0]):
            before = ITEMS[user].tolist().index(item)
            assert lists.supports[user, place] == SUPPORTS[user, before]
            assert lists.because[user, place].tolist() == BECAUSE[user, before].tolist()
            assert lists.parts[user, place].tolist() == (BECAUSE[user, before] / 8).tolist()


def test_a_short_list_begins_a_long_one():
    assert ranked(FOUND, WORTH, ORDER, 2).items.tolist() == [[7, 2], [3, 6]]
