from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.graph import NeighbourGraph
from colike.recommend.kernel import AGGREGATES, score_users

from ...histories import histories_of

SIZE = 12
SCORE = {
    "sum": lambda weights: np.cumsum(weights)[-1],
    "max": max,
    "count_then_max": lambda weights: len(weights) + max(weights) / 2,
    "count_then_sum": lambda weights: len(weights) + np.cumsum(weights)[-1] / len(weights) / 2,
}
each_aggregate = pytest.mark.parametrize("aggregate", sorted(AGGREGATES))


def reference(user, edges, popular, order, aggregate, k):
    """The book's engine in ten lines: (item, score, support, [(part, like)], fallback)."""
    likes, seen = user
    parts = defaultdict(list)
    for like in likes:
        for item, weight in edges[like]:
            parts[item].append((weight, like))
    score = {item: SCORE[aggregate]([w for w, _ in found]) for item, found in parts.items()}
    unseen = [item for item in parts if item not in seen]
    best = sorted(unseen, key=lambda item: (-score[item], order[item]))[:k]
    why = {i: sorted(parts[i], key=lambda part: (-part[0], order[part[1]]))[:3] for i in best}
    fill = [item for item in popular if item not in seen and item not in best][: k - len(best)]
    found = [(item, score[item], len(parts[item]), why[item], False) for item in best]
    return found + [(item, 0.0, 0, [], True) for item in fill]


# Eighths add up exactly in any order, and make many ties.
weights = st.integers(-8, 8).map(lambda eighths: eighths / 8)
items = st.integers(0, SIZE - 1)
edges = st.lists(st.dictionaries(items, weights, max_size=5), min_size=SIZE, max_size=SIZE).map(
    lambda rows: [[(j, w) for j, w in row.items() if j != i] for i, row in enumerate(rows)]
)
pasts = st.tuples(st.sets(items, max_size=6), st.sets(items, max_size=6)).map(
    lambda drawn: (sorted(drawn[0]), sorted(drawn[0] | drawn[1]))
)
users = st.lists(pasts, min_size=1, max_size=4)
orders = st.permutations(range(SIZE))
allowed = st.lists(items, unique=True, max_size=SIZE)


def run(users, edges, popular, order, aggregate, k):
    owners = np.array([i for i, row in enumerate(edges) for _ in row], np.int32)
    flat = [edge for row in edges for edge in row]
    graph = NeighbourGraph.of_edges(
        len(edges),
        owners,
        np.array([item for item, _ in flat], np.int32),
        np.array([weight for _, weight in flat], np.float64),
    )
    histories = histories_of(users)
    made = score_users(
        histories.indptr,
        histories.items,
        graph.indptr,
        graph.items,
        graph.weights,
        np.array(popular, np.int32),
        np.array(order, np.int32),
        AGGREGATES[aggregate],
        k,
    )
    return [_readable(*(array[user] for array in made)) for user in range(len(users))]


def _readable(best, scores, supports, because, parts, fallback):
    filled = int((best >= 0).sum())
    assert (best[:filled] >= 0).all(), "ranks are dense: nothing stands behind a gap"
    return [
        (
            int(best[rank]),
            float(scores[rank]),
            int(supports[rank]),
            [
                (float(part), int(like))
                for part, like in zip(parts[rank], because[rank], strict=True)
                if like >= 0
            ],
            bool(fallback[rank]),
        )
        for rank in range(filled)
    ]


@each_aggregate
@settings(deadline=None, max_examples=60)
@given(users=users, edges=edges, popular=allowed, order=orders, k=st.integers(1, SIZE))
def test_lists_are_those_of_the_reference(aggregate, users, edges, popular, order, k):
    made = run(users, edges, popular, order, aggregate, k)
    assert made == [reference(user, edges, popular, order, aggregate, k) for user in users]


@each_aggregate
@settings(deadline=None, max_examples=40)
@given(users=users, edges=edges, popular=allowed, order=orders, k=st.integers(1, SIZE))
def test_what_every_list_keeps_to(aggregate, users, edges, popular, order, k):
    for (_, seen), found in zip(
        users, run(users, edges, popular, order, aggregate, k), strict=True
    ):
        listed = [row[0] for row in found]
        assert len(listed) <= k
        assert len(set(listed)) == len(listed), "no title twice"
        assert not set(listed) & set(seen), "no title that the user has seen"
        scored = [row for row in found if not row[4]]
        assert found == scored + [row for row in found if row[4]], "popular titles come last"
        keys = [(-row[1], order[row[0]]) for row in scored]
        assert keys == sorted(keys), "by falling score, then by id"
        assert all(row[4] <= (row[0] in popular) for row in found)
        assert all(len(row[3]) == min(3, row[2]) for row in found)


@each_aggregate
@settings(deadline=None, max_examples=30)
@given(users=users, edges=edges, popular=allowed, order=orders, k=st.integers(1, SIZE - 1))
def test_a_short_list_begins_a_long_one(aggregate, users, edges, popular, order, k):
    short = run(users, edges, popular, order, aggregate, k)
    long = run(users, edges, popular, order, aggregate, SIZE)
    assert short == [found[:k] for found in long]


@settings(deadline=None, max_examples=30)
@given(users=users, edges=edges, popular=allowed, order=orders)
def test_a_users_list_does_not_depend_on_who_else_is_in_the_batch(users, edges, popular, order):
    together = run(users, edges, popular, order, "sum", 5)
    alone = [run([user], edges, popular, order, "sum", 5)[0] for user in users]
    assert together == alone
    assert run(users[::-1], edges, popular, order, "sum", 5) == together[::-1]


def test_the_parts_of_a_sum_are_its_terms():
    # Likes 0, 1 and 2 lead to item 3, item 0 also to item 4; three parts are all there are.
    edges = [[(3, 0.5), (4, 0.9)], [(3, 0.25)], [(3, 0.125)], [], []]
    (found,) = run([([0, 1, 2], [0, 1, 2])], edges, [], range(5), "sum", 5)
    assert found == [
        (4, 0.9, 1, [(0.9, 0)], False),
        (3, 0.5 + 0.25 + 0.125, 3, [(0.5, 0), (0.25, 1), (0.125, 2)], False),
    ]


def test_equal_parts_stand_by_item_id_and_the_fourth_is_left_out():
    # Item 4 by four likes of one weight; their ids rank the other way round.
    edges = [[(4, 0.5)], [(4, 0.5)], [(4, 0.5)], [(4, 0.5)], []]
    (found,) = run([([0, 1, 2, 3], [0, 1, 2, 3])], edges, [], [4, 3, 2, 1, 0], "sum", 1)
    assert found == [(4, 2.0, 4, [(0.5, 3), (0.5, 2), (0.5, 1)], False)]


def test_the_aggregates_differ_as_the_book_leaves_open():
    # Item 3: twice found at .5 and .5; item 4: once, at .9.
    edges = [[(3, 0.5), (4, 0.9)], [(3, 0.5)], [], [], []]
    user = [([0, 1], [0, 1])]
    first = {name: run(user, edges, [], range(5), name, 1)[0][0][:2] for name in sorted(AGGREGATES)}
    assert first == {
        "count_then_max": (3, 2 + 0.5 / 2),
        "count_then_sum": (3, 2 + (0.5 + 0.5) / 2 / 2),
        "max": (4, 0.9),
        "sum": (3, 0.5 + 0.5),
    }


def test_a_user_without_likes_gets_the_popular_list_without_what_is_seen():
    edges = [[(1, 1.0)], [(0, 1.0)], [], []]
    (found,) = run([([], [3])], edges, [3, 1, 2, 0], range(4), "sum", 2)
    assert found == [(1, 0.0, 0, [], True), (2, 0.0, 0, [], True)]


def test_a_user_who_has_seen_everything_gets_nothing():
    (found,) = run([([0], [0, 1])], [[(1, 1.0)], []], [0, 1], range(2), "sum", 5)
    assert found == []


def test_a_user_who_has_rated_nearly_everything_gets_the_best_of_the_rest():
    size, degree = 17_200, 50
    random = np.random.default_rng(4)
    targets = random.integers(0, size, (size, degree)).astype(np.int32)
    steps = random.integers(1, 64, (size, degree)) / 64  # add up exactly in any order
    indptr = np.arange(0, size * degree + 1, degree)
    seen = np.sort(random.choice(size, 17_000, replace=False)).astype(np.int32)
    likes, order = seen[::2], random.permutation(size).astype(np.int32)

    total, count = np.zeros(size), np.zeros(size, int)
    np.add.at(total, targets[likes], steps[likes])
    np.add.at(count, targets[likes], 1)
    rest = np.setdiff1d(np.flatnonzero(count), seen)
    wanted = rest[np.lexsort((order[rest], -total[rest]))][:10]

    history = histories_of([(likes.tolist(), seen.tolist())])
    best, scores, supports, *_, fallback = score_users(
        history.indptr, history.items, indptr, targets.ravel(), steps.ravel(),
        np.arange(size, dtype=np.int32), order, AGGREGATES["sum"], 10,
    )  # fmt: skip
    assert best[0].tolist() == wanted.tolist()
    assert scores[0].tolist() == total[wanted].tolist()
    assert supports[0].tolist() == count[wanted].tolist()
    assert not fallback.any()
