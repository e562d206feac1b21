from itertools import combinations

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.placing import partition_keys, spark_hash
from colike.config import load_config
from colike.data.splits import train_likes
from colike.similarity.engines import Counting, similarity
from colike.similarity.margins import item_likes
from colike.similarity.tiled import tiled_similarity
from colike.spark import setting

ITEMS = 20
SETTINGS = load_config("conf/mal2020.yml").similarity


@pytest.fixture(params=["self_join", "tiled"])
def engine(request):
    return request.param


def likes_frame(spark, users):
    """Train likes as user_history holds them, beside test likes that must not count."""
    rows = [(user, sorted(likes), [0, 1, 2]) for user, likes in enumerate(users)]
    return train_likes(
        spark.createDataFrame(rows, "user_id bigint, likes_train array<int>, likes_test array<int>")
    )


def rows_of(engine, likes, min_colikes=1, min_jaccard=0.0, figures=None, **self_join):
    heavy = SETTINGS.self_join.model_copy(update=self_join)
    bounds = {"method": engine, "min_colikes": min_colikes, "min_jaccard": min_jaccard}
    settings = SETTINGS.model_copy(update={**bounds, "self_join": heavy})
    told = {} if figures is None else figures
    return by_pair(similarity(Counting(likes, ITEMS, settings, told)))


def by_pair(rows):
    return {
        (row[C.ITEM_A], row[C.ITEM_B]): (
            row[C.LIKES_A],
            row[C.LIKES_B],
            row[C.COLIKES],
            row[C.JACCARD],
        )
        for row in rows.collect()
    }


def brute_force(users, min_colikes=1, min_jaccard=0.0):
    """The definition: sets of fans, their intersection over their union."""
    fans = {}
    for user, likes in enumerate(users):
        for item in likes:
            fans.setdefault(item, set()).add(user)
    found = {}
    for a, b in combinations(sorted(fans), 2):
        both, any_of = len(fans[a] & fans[b]), len(fans[a] | fans[b])
        if both >= min_colikes and both / any_of >= min_jaccard:
            found[a, b] = (len(fans[a]), len(fans[b]), both, both / any_of)
    return found


def random_users(seed, users=40, items=15):
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 9, users)
    return [set(random.choice(items, size, replace=False).tolist()) for size in sizes]


def test_counts_and_jaccard_are_those_of_sets(spark, engine):
    users = random_users(1)
    found = {pair: row for pair, row in brute_force(users).items() if row[2]}
    assert rows_of(engine, likes_frame(spark, users)) == found


def test_the_books_example_corrected(spark, engine):
    # One title is liked by A, B and C, the other by B, C, E and F; D likes neither and counts
    # nowhere (the book counts D, which makes 2 of 6).
    people = {"A": {0}, "B": {0, 1}, "C": {0, 1}, "D": {7}, "E": {1}, "F": {1}}
    assert rows_of(engine, likes_frame(spark, people.values()))[0, 1] == (3, 4, 2, 2 / 5)


def test_the_result_is_equal_to_the_last_bit_on_any_partitioning(spark, engine):
    users = random_users(7, users=60)
    once = rows_of(engine, likes_frame(spark, users))
    other = train_likes(
        spark.createDataFrame(
            [
                (len(users) - user, sorted(likes))
                for user, likes in reversed(list(enumerate(users)))
            ],
            "user_id bigint, likes_train array<int>",
        ).repartition(5, F.rand(1))
    )
    with setting(spark, "spark.sql.shuffle.partitions", "5"):
        assert rows_of(engine, other) == once


def test_the_margins_count_every_like_of_an_item_that_has_one(spark):
    users = random_users(3)
    rows = item_likes(likes_frame(spark, users)).collect()
    counts = {item: sum(item in likes for likes in users) for item in set().union(*users)}
    assert {row[C.ITEM_IDX]: row[C.LIKES] for row in rows} == counts


def test_both_bounds_are_kept_and_reach_what_is_on_them(spark, engine):
    users = random_users(5, users=60, items=10)
    likes = likes_frame(spark, users)
    everything = brute_force(users)
    # Bounds that some pair meets exactly: such a pair stays.
    fewest = sorted(row[2] for row in everything.values())[10]
    least = sorted(row[3] for row in everything.values())[20]
    for bounds in ((fewest, 0.0), (1, least)):
        found = rows_of(engine, likes, *bounds)
        assert found == brute_force(users, *bounds)
        assert 0 < len(found) < len(everything)


def test_users_without_likes_and_a_lonely_like_make_no_pair(spark, engine):
    assert rows_of(engine, likes_frame(spark, [set(), {3}])) == {}


@pytest.mark.parametrize("blocks", [1, 7])
def test_the_number_of_blocks_changes_no_row(spark, blocks):
    users = random_users(9, users=80)
    rows = by_pair(tiled_similarity(likes_frame(spark, users), ITEMS, 1, 0.0, blocks))
    assert rows == brute_force(users, min_colikes=1)


def test_users_packed_in_many_groups_are_counted_as_in_one(spark, monkeypatch):
    monkeypatch.setattr("colike.similarity.packing.LIKES_PER_GROUP", 7)
    users = random_users(10, users=80)
    rows = by_pair(tiled_similarity(likes_frame(spark, users), ITEMS, 1, 0.0, 3))
    assert rows == brute_force(users, min_colikes=1)


def test_one_user_who_likes_everything_counts_once_in_each_pair(spark, engine):
    users = [set(range(ITEMS)), {1, 2}]
    found = rows_of(engine, likes_frame(spark, users))
    assert len(found) == ITEMS * (ITEMS - 1) / 2
    assert found[1, 2] == (2, 2, 2, 1.0)
    assert found[0, 1] == (1, 2, 1, 0.5)


def test_spark_sends_each_key_to_a_partition_of_its_own(spark):
    partitions = 10
    keys = partition_keys(partitions)
    frame = spark.createDataFrame([(key,) for key in keys], "key int")
    placed = frame.repartition(partitions, "key").select("key", F.spark_partition_id().alias("p"))
    assert {row.key: row.p for row in placed.collect()} == {k: p for p, k in enumerate(keys)}


@pytest.mark.parametrize("part", [1, 8])
def test_heavy_users_cut_into_parts_are_counted_as_whole_ones(spark, part):
    users = [*random_users(11, users=30), set(range(ITEMS))]
    rows = rows_of("self_join", likes_frame(spark, users), part_likes=part)
    assert rows == brute_force(users, min_colikes=1)


def test_a_cap_leaves_heavy_users_out_and_says_what_is_lost(spark):
    users = [{0, 1, 2}, {1, 2}, set(range(10))]
    figures = {}
    found = rows_of("self_join", likes_frame(spark, users), figures=figures, max_likes=3)
    assert found == brute_force(users[:2], min_colikes=1)
    assert figures == {
        "self_join.users_left_out": (1, "users"),
        "self_join.likes_left_out": (10 / 15, "share"),
        "self_join.increments_left_out": (90 / (6 + 2 + 90), "share"),
    }


def test_the_hash_is_sparks_own(spark):
    numbers = [0, 1, -1, 41, 2**31 - 1, -(2**31), 123_456_789]
    frame = spark.createDataFrame([(number,) for number in numbers], "number int")
    rows = frame.select("number", F.hash("number").alias("hash")).collect()
    assert {row.number: spark_hash(row.number) for row in rows} == dict(rows)


def shuffled_records(frame):
    """Rows that the plan of a frame wrote for its shuffles, when it was run."""
    frame.collect()

    def written(node):
        kind = node.getClass().getSimpleName()
        here = 0
        if kind == "ShuffleExchangeExec":
            here = node.metrics().apply("shuffleRecordsWritten").value()
        if kind == "AdaptiveSparkPlanExec":
            return written(node.executedPlan())
        if kind == "ShuffleQueryStageExec":
            return written(node.plan())
        children = node.children()
        return here + sum(written(children.apply(n)) for n in range(children.size()))

    return written(frame._jdf.queryExecution().executedPlan())


def test_what_the_tiled_engine_shuffles_does_not_grow_with_the_increments(spark):
    # As many likes in both: 400 users with two, or two users with 400; 400 pairs, or 159,600.
    few = [{2 * user, 2 * user + 1} for user in range(400)]
    many = [set(range(400)), set(range(400, 800))]

    def records(users, engine):
        rows = [(user, sorted(likes)) for user, likes in enumerate(users)]
        likes = train_likes(
            spark.createDataFrame(rows, "user_id bigint, likes_train array<int>").repartition(2)
        )
        bounds = {"method": engine, "min_colikes": 1, "min_jaccard": 0.0}
        settings = SETTINGS.model_copy(update=bounds)
        return shuffled_records(similarity(Counting(likes, 800, settings, {})))

    # Besides the users, who are in two parts: a row per part, block and tile of the block.
    parts, blocks = 2, 4
    assert 0 < records(few, "tiled") - len(few) <= parts * blocks * blocks
    assert 0 < records(many, "tiled") - len(many) <= parts * blocks * blocks
    assert records(many, "self_join") > 100 * records(few, "tiled")
