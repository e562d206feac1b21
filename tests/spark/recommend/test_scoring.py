import numpy as np
import pytest

from colike import columns as C
from colike.compute.batches import MOST_BYTES
from colike.data.history import OPINIONS
from colike.recommend.catalogue import Catalogue, collect_catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.lists import LIST_COLUMNS
from colike.recommend.scorers import NeighbourScorer, PopularScorer
from colike.recommend.scoring import FEWEST_ROWS, INDEX_BYTES, history_bytes, recommend_all
from colike.recommend.tuning import choose
from colike.tables import IdTypes

from ...histories import OPINION_SCHEMA, SCHEMA, history_tuple, opinions

IDS = IdTypes("string", "string")
SIZE, USERS = 20, 40


def catalogue_of(likes):
    """A catalogue whose ids sort the other way round than item_idx."""
    ids = np.array([f"t{SIZE - i:02d}" for i in range(len(likes))])
    order = np.argsort(np.argsort(ids)).astype(np.int32)
    counts = np.array(likes, np.int64)
    return Catalogue(ids, order, counts, np.lexsort((order, -counts)).astype(np.int32))


def random_graph(seed, degree=4):
    random = np.random.default_rng(seed)
    items = np.concatenate([random.choice(SIZE, degree, replace=False) for _ in range(SIZE)])
    weights = np.sort(random.integers(1, 9, (SIZE, degree)) / 8)[:, ::-1].ravel()
    owners = np.repeat(np.arange(SIZE, dtype=np.int32), degree)
    return NeighbourGraph.of_edges(SIZE, owners, items, weights)


@pytest.fixture(scope="module")
def catalogue():
    return catalogue_of(np.random.default_rng(0).integers(0, 5, SIZE))


@pytest.fixture(scope="module")
def histories(spark):
    random = np.random.default_rng(1)
    rows = []
    for user in range(USERS):
        seen = random.choice(SIZE, random.integers(1, 8), replace=False)
        likes = [] if user == 0 else seen[: random.integers(0, len(seen) + 1)]
        rows.append((f"u{user}", *opinions(map(int, likes), map(int, seen))))
    return spark.createDataFrame(rows, f"user_id string, {OPINION_SCHEMA}").cache()


def seen_by(user):
    return {item for opinion in OPINIONS for item in user[opinion]}


def lists_from(histories, scorer, ids):
    return recommend_all({"known": histories}, scorer, ids)["known"]


def lists_of(frame):
    found = {}
    for row in sorted(frame.collect(), key=lambda row: (row[C.USER_ID], row[C.RANK])):
        found.setdefault(row[C.USER_ID], []).append(row)
    return found


def test_lists_are_equal_to_the_last_bit_on_any_partitioning(histories, catalogue):
    scorer = NeighbourScorer(catalogue, random_graph(2), "count_then_sum", 10)
    one = lists_from(histories.coalesce(1), scorer, IDS)
    many = lists_from(histories.repartition(7), scorer, IDS)
    assert one.columns == list(LIST_COLUMNS)
    assert lists_of(one) == lists_of(many)


def test_a_list_names_the_users_own_ids_reasons_and_dense_ranks(histories, catalogue):
    scorer = NeighbourScorer(catalogue, random_graph(2), "sum", 10)
    made = lists_of(lists_from(histories, scorer, IDS))
    ids = catalogue.ids
    for user in histories.collect():
        rows = made[user[C.USER_ID]]
        likes, seen = ({str(ids[i]) for i in mine} for mine in (user[C.LIKES], seen_by(user)))
        assert [row[C.RANK] for row in rows] == list(range(1, len(rows) + 1))
        assert len(rows) == min(10, SIZE - len(seen)), "filled up from the popular list"
        for row in rows:
            assert row[C.ITEM_ID] not in seen
            assert {reason[C.ITEM_ID] for reason in row[C.BECAUSE]} <= likes
            assert row[C.FALLBACK] == (row[C.SUPPORT] == 0)
            if 0 < row[C.SUPPORT] <= 3:
                assert row[C.SCORE] == sum(reason[C.PART] for reason in row[C.BECAUSE])


def test_a_user_without_likes_gets_the_popular_list(histories, catalogue):
    user = histories.where("user_id = 'u0'")
    seen = seen_by(user.collect()[0])
    rows = lists_of(lists_from(user, NeighbourScorer(catalogue, random_graph(2), "sum", 5), IDS))
    popular = [str(catalogue.ids[i]) for i in catalogue.popular if i not in seen][:5]
    assert [row[C.ITEM_ID] for row in rows["u0"]] == popular
    assert all(row[C.FALLBACK] for row in rows["u0"])


def test_the_global_source_scores_by_likes_and_is_no_fallback_of_itself(histories, catalogue):
    scorer = PopularScorer(catalogue, 10)
    likes = dict(zip(map(str, catalogue.ids), catalogue.likes.tolist(), strict=True))
    made = lists_of(lists_from(histories, scorer, IDS))
    assert len(made) == USERS
    for rows in made.values():
        keys = [(-row[C.SCORE], row[C.ITEM_ID]) for row in rows]
        assert keys == sorted(keys), "by falling likes, then by id"
        assert all(row[C.SCORE] == likes[row[C.ITEM_ID]] for row in rows)
        assert not any(row[C.FALLBACK] or row[C.BECAUSE] or row[C.SUPPORT] for row in rows)


def test_the_catalogue_is_popular_by_likes_then_id_not_by_number(spark):
    # Ids sort the other way round than numbers; c and b are liked twice, d never.
    items = spark.createDataFrame(
        [("d", 0), ("c", 1), ("b", 2), ("a", 3)], "item_id string, item_idx int"
    )
    likes = spark.createDataFrame(
        [(1, [1, 2, 3]), (2, [1, 2]), (3, [])], "user_id bigint, likes array<int>"
    )
    made = collect_catalogue(items.repartition(3), likes)
    assert made.ids.tolist() == ["d", "c", "b", "a"]
    assert made.order.tolist() == [3, 2, 1, 0]
    assert made.likes.tolist() == [0, 2, 2, 1]
    assert made.popular.tolist() == [2, 1, 3, 0]


def test_neighbours_are_collected_by_number_in_the_order_of_rank_strangers_left_out(spark):
    # Rows come in any order; "gone" is no item any more, and another source has rows of its own.
    rows = [
        ("mine", "b", 2, "c", 0.25), ("mine", "b", 1, "a", 0.5), ("mine", "a", 1, "gone", 0.9),
        ("mine", "gone", 1, "a", 0.9), ("mine", "c", 3, "b", 0.125), ("other", "a", 1, "b", 1.0),
    ]  # fmt: skip
    columns = "source string, item_id string, rank int, neighbour_id string, weight double"
    made = collect_graph(spark.createDataFrame(rows, columns), np.array(["c", "a", "b"]), "mine")
    assert made.indptr.tolist() == [0, 1, 1, 3]
    assert made.items.tolist() == [2, 1, 0]
    assert made.weights.tolist() == [0.125, 0.5, 0.25]


def star(leaves):
    """A graph in which item 0 leads to each of `leaves`, best first."""
    count = len(leaves)
    return NeighbourGraph.of_edges(
        SIZE,
        np.zeros(count, np.int32),
        np.array(leaves, np.int32),
        np.linspace(1, 0.5, count),
    )


def test_the_best_neighbours_per_item_is_chosen_on_validation_likes_the_smallest_of_equals(spark):
    # Both users like 0 in train; 2 and 3 are their validation likes. Two neighbours find item 2,
    # three find both, and a fourth adds nothing.
    rows = [
        history_tuple("a", likes_train=[0], likes_validation=[2, 3]),
        history_tuple("b", likes_train=[0], likes_validation=[2], likes_test=[3]),
        history_tuple("no validation like", likes_train=[0], passives_validation=[5]),
    ]
    history = spark.createDataFrame(rows, f"user_id string, {SCHEMA}")
    graph = star([1, 2, 3, 4])
    nothing_popular = catalogue_of([0] * SIZE).popular_within(np.zeros(SIZE, bool))
    trying = {
        (name, size): NeighbourScorer(nothing_popular, edges.cut(size), "sum", 10)
        for name, edges in (("good", graph), ("useless", star([7, 8, 9, 10])))
        for size in (4, 3, 2, 1)
    }
    choices = choose(history.repartition(3), trying)
    assert choices["good"].recall == {
        1: 0.0,
        2: (1 / 2 + 1 / 1) / 2,
        3: (2 / 2 + 1 / 1) / 2,
        4: (2 / 2 + 1 / 1) / 2,
    }
    assert choices["good"].neighbours_per_item == 3
    assert choices["useless"].neighbours_per_item == 1


def test_without_a_trial_nothing_is_chosen(histories):
    assert choose(histories, {}) == {}


def test_a_history_is_as_long_as_the_catalogue_or_where_that_is_large_as_the_longest(spark):
    rows = [
        history_tuple(1, likes_train=[1], passives_validation=[2, 3], detractors_test=[4]),
        history_tuple(2),
        history_tuple(3, unrated_train=[0], likes_test=[5]),
    ]
    history = spark.createDataFrame(rows, f"user_id bigint, {SCHEMA}")
    longest = 4
    most_items = MOST_BYTES // FEWEST_ROWS // INDEX_BYTES
    assert history_bytes(history, most_items) == INDEX_BYTES * most_items
    assert history_bytes(history, most_items + 1) == INDEX_BYTES * longest
    assert history_bytes(history.limit(0), most_items + 1) == 0
