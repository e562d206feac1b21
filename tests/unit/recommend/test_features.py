"""What a ranker knows of candidates, against plain Python."""

import numpy as np
import pytest

from colike.recommend.features import ITEM_PRIOR, SOFT, USER_PRIOR, Features, shares_of
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import Histories
from colike.recommend.lists import Lists

# Weights from each item to others.
EDGES = [{1: 0.5, 3: 0.25}, {2: 1.0}, {3: -0.5, 4: 0.75}, {}, {3: 2.0}, {3: 0.125}]
# Likes, passives and detractors of each item.
RATERS = np.array([[9, 1, 0, 4, 2, 0], [1, 1, 0, 4, 2, 3], [0, 0, 0, 2, 2, 0]])
# One user's likes, passives, detractors and unrated items.
USER = ([0, 2], [4], [1], [5])


def lists_of(items, scores, fallback):
    users, length = items.shape
    nothing = np.zeros((users, length, 3))
    return Lists(items, scores, np.zeros((users, length), np.int32), nothing.astype(np.int32),
                 nothing, fallback)  # fmt: skip


CANDIDATES = lists_of(
    np.array([[3, 2, 5, -1]], np.int32),
    np.array([[2.0, 0.5, 0.0, 0.0]]),
    np.array([[False, False, True, False]]),
)


@pytest.fixture(scope="module")
def features():
    owners = [owner for owner, row in enumerate(EDGES) for _ in row]
    items = [item for row in EDGES for item in row]
    weights = [weight for row in EDGES for weight in row.values()]
    graph = NeighbourGraph.of_edges(
        len(EDGES), np.array(owners), np.array(items), np.array(weights)
    )
    return Features([("near", graph)], RATERS)


@pytest.fixture(scope="module")
def made(features):
    values = features(Histories.of_user(*USER), CANDIDATES)
    assert values.shape == (1, 4, len(features.names))
    assert values.dtype == np.float32
    return dict(zip(features.names, values[0].T, strict=True))


def test_a_candidates_place_and_score_are_those_of_its_list(made):
    assert made["score"].tolist() == [2, 0.5, 0, 0]
    assert made["score / best"].tolist() == [1, 0.25, 0, 0]
    assert made["rank"].tolist() == [0, 1, 2, 3]


def test_weights_are_added_up_by_the_users_opinion_and_unrated_items_say_nothing(made):
    # Item 3 has weights from likes 0 and 2, and from passive 4; item 2 from detractor 1.
    assert made["near: likes"][:2].tolist() == [0.25 - 0.5, 0]
    assert made["near: passives"][:2].tolist() == [2, 0]
    assert made["near: detractors"][:2].tolist() == [0, 1]


def test_opinion_is_what_speaks_for_an_item_less_what_speaks_against_it(made):
    expected = [-0.25 / (0.25 + 2 + SOFT), -1 / (1 + SOFT)]
    assert made["near: opinion"][:2] == pytest.approx(expected)


def test_the_rank_by_a_part_is_among_candidates_alone(made):
    # Item 2 has 0, item 3 less; the fallback and the end of the list follow.
    assert made["near: rank"].tolist() == [1, 0, 2, 3]


def test_an_item_is_known_by_the_opinions_of_its_raters(made):
    likes, passives, detractors = RATERS.sum(axis=1)
    total = likes + passives + detractors
    assert made["item: popularity"][:3].tolist() == [4, 0, 0]
    of_3 = [(4 + ITEM_PRIOR * likes / total) / (10 + ITEM_PRIOR),
            (2 + ITEM_PRIOR * detractors / total) / (10 + ITEM_PRIOR)]  # fmt: skip
    shares = [made["item: likes / raters"], made["item: detractors / raters"]]
    assert [share[0] for share in shares] == pytest.approx(of_3)
    # Nobody has rated item 2: it is taken for an average one.
    assert [share[1] for share in shares] == pytest.approx([likes / total, detractors / total])


def test_a_user_is_known_by_opinions_and_how_they_differ_from_those_of_others(made):
    shares = shares_of(RATERS)
    mean = RATERS[0].sum() / RATERS.sum()
    assert made["user: ratings"].tolist() == [4] * 4
    assert made["user: likes / ratings"] == pytest.approx(
        (2 + USER_PRIOR * mean) / (4 + USER_PRIOR)
    )
    beyond = (2 - shares[[0, 1, 2, 4], 0].sum()) / (4 + ITEM_PRIOR)
    assert made["user: likes beyond items'"] == pytest.approx(beyond)


def test_a_users_rows_are_the_same_in_any_batch(features):
    users = [USER, ([3], [], [0], []), ([], [], [], [])]
    random = np.random.default_rng(0)
    items = np.array([random.permutation(len(EDGES))[:4] for _ in users], np.int32)
    scores = -np.sort(-random.random(items.shape), axis=1)
    found = lists_of(items, scores, np.zeros(items.shape, bool))
    rows = [
        (np.array([0, *np.cumsum([len(user[place]) for user in users])]),
         np.array([item for user in users for item in user[place]], np.int32))
        for place in range(4)
    ]  # fmt: skip
    together = features(Histories.of_rows(rows), found)
    for at, user in enumerate(users):
        alone = lists_of(items[[at]], scores[[at]], np.zeros((1, 4), bool))
        assert (features(Histories.of_user(*user), alone)[0] == together[at]).all()
