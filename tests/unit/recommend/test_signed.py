"""The kernel of signed weights against ten lines of Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import Histories
from colike.recommend.signed import SignedScorer

SIZE = 10
WORTH = np.array([1.0, 0.5, -0.25, 0.0])

# Eighths add up exactly in any order, and make many ties.
weights = st.integers(-8, 8).map(lambda eighths: eighths / 8)
items = st.integers(0, SIZE - 1)
edges = st.lists(st.dictionaries(items, weights, max_size=6), min_size=SIZE, max_size=SIZE).map(
    lambda rows: [{j: w for j, w in row.items() if j != i and w} for i, row in enumerate(rows)]
)
# Each seen item has one opinion.
users = st.lists(st.dictionaries(items, st.integers(0, 3), max_size=7), min_size=1, max_size=4)
orders = st.permutations(range(SIZE))


def reference(user, edges, popular, order, k):
    """Item, score, number of reasons, the largest of them, whether popular."""
    parts = {
        item: [(WORTH[opinion] * edges[seen][item], seen) for seen, opinion in user.items()
               if item in edges[seen] and WORTH[opinion]]
        for item in range(SIZE)
    }  # fmt: skip
    score = {item: sum(part for part, _ in found) for item, found in parts.items()}
    unseen = [item for item in range(SIZE) if item not in user and score[item] > 0]
    best = sorted(unseen, key=lambda item: (-score[item], order[item]))[:k]
    fill = [item for item in popular if item not in user and item not in best][: k - len(best)]
    why = {i: sorted((p for p in parts[i] if p[0] > 0), key=lambda p: (-p[0], order[p[1]]))
           for i in best}  # fmt: skip
    found = [(i, score[i], len(why[i]), why[i][:3], False) for i in best]
    return found + [(i, 0.0, 0, [], True) for i in fill]


def made_by(users, edges, popular, order, k):
    owners = [i for i, row in enumerate(edges) for _ in row]
    graph = NeighbourGraph.of_edges(
        SIZE,
        np.array(owners, np.int32),
        np.array([j for row in edges for j in row], np.int32),
        np.array([w for row in edges for w in row.values()], np.float64),
    )
    rows = [
        [[i for i, o in user.items() if o == opinion] for user in users] for opinion in range(4)
    ]
    columns = [
        (np.cumsum([0, *map(len, lists)]), np.array([i for row in lists for i in row], np.int32))
        for lists in rows
    ]
    catalogue = Catalogue(
        np.arange(SIZE), np.array(order, np.int32), np.zeros(SIZE, np.int64),
        np.array(popular, np.int32),
    )  # fmt: skip
    lists = SignedScorer(catalogue, graph, WORTH, k)(Histories.of_rows(columns))
    return [
        [
            (
                int(lists.items[user, rank]),
                float(lists.scores[user, rank]),
                int(lists.supports[user, rank]),
                [
                    (float(part), int(like))
                    for part, like in zip(
                        lists.parts[user, rank], lists.because[user, rank], strict=True
                    )
                    if like >= 0
                ],
                bool(lists.fallback[user, rank]),
            )
            for rank in range(k)
            if lists.items[user, rank] >= 0
        ]
        for user in range(len(users))
    ]


@settings(deadline=None, max_examples=150)
@given(users=users, edges=edges, popular=orders, order=orders, k=st.integers(1, SIZE))
def test_lists_are_those_of_the_reference(users, edges, popular, order, k):
    made = made_by(users, edges, popular, order, k)
    assert made == [reference(user, edges, popular, order, k) for user in users]


@settings(deadline=None, max_examples=50)
@given(users=users, edges=edges, popular=orders, order=orders)
def test_a_list_begins_a_longer_one_and_depends_on_its_user_alone(users, edges, popular, order):
    long = made_by(users, edges, popular, order, SIZE)
    assert made_by(users, edges, popular, order, 3) == [rows[:3] for rows in long]
    assert [made_by([user], edges, popular, order, SIZE)[0] for user in users] == long
