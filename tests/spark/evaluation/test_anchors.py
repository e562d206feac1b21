"""Anchors beside the sources of a store, and leaks that they find."""

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike.config.section import ANCHORS
from colike.errors import EvaluationError
from colike.evaluation.anchors import Draw, anchor_lists
from colike.evaluation.lists import as_lists, user_tests

TABLES = ("recommendations", "ratings", "user_history", "items", "item_neighbours")
SIZE = 10


@pytest.fixture(scope="module")
def frames(tiny_store):
    return {table: tiny_store.read(table) for table in TABLES}


@pytest.fixture(scope="module")
def evaluate(frames, tiny_config, run_stage):
    def run(**changed):
        return run_stage("evaluate", tiny_config, {**frames, **changed})

    return run


@pytest.fixture(scope="module")
def made(frames):
    """The lists of all anchors by (anchor, user), made of jaccard's; and what users have seen."""
    items, history = frames["items"], frames["user_history"]
    tests = user_tests(frames["ratings"].where("split = 'test'"), items, history, 7)
    known = frames["recommendations"].where("history = 'known' and source = 'jaccard'")
    lists = as_lists(known, items)
    size = items.count()
    draw = Draw(np.arange(size, dtype=np.int32), np.arange(size, dtype=np.int32), 9, SIZE, 7)
    rows = anchor_lists(lists, tests, history, draw).collect()
    again = anchor_lists(lists.repartition(5), tests.repartition(3), history, draw).collect()
    assert sorted(map(repr, again)) == sorted(map(repr, rows))
    seen = {
        row.user_id: {item for name in row.asDict() if name.endswith(("_train", "_validation"))
                      for item in row[name]}
        for row in history.collect()
    }  # fmt: skip
    own = {row.user_id: row["items"] for row in lists.collect()}
    return {(row.source, row.user_id): row["items"] for row in rows}, tests.collect(), seen, own


def test_the_oracle_lists_a_users_test_likes_and_random_unseen_items(made):
    lists, tests, seen, _ = made
    assert len(lists) == len(ANCHORS) * len(tests)
    for row in tests:
        rated = zip(row.test_items, row.test_ratings, strict=True)
        likes = sorted(item for item, rating in rated if rating >= 9)
        assert lists["oracle", row.user_id] == likes[:SIZE]
        drawn = lists["random", row.user_id]
        assert len(set(drawn)) == SIZE
        assert not set(drawn) & seen[row.user_id]


def test_shuffled_lists_are_those_of_others_each_used_once(made):
    lists, tests, seen, own = made
    users = [row.user_id for row in tests]
    givers = set()
    for user in users:
        mine = lists["shuffled", user]
        found = [
            giver
            for giver in users
            if giver != user and [item for item in own[giver] if item not in seen[user]] == mine
        ]
        assert found
        givers.update(found)
    assert len(givers) > 0.8 * len(users)


def test_anchors_are_rows_of_the_holdout_alone_and_the_oracle_finds_what_there_is(tiny_store, made):
    rows = tiny_store.read("evaluation").where(F.col("source").isin(*ANCHORS)).toPandas()
    assert set(rows.protocol) == {"holdout"}
    assert rows.versus.isna().all()
    alone = rows[rows.versus.isna() & (rows.segment == "all") & (rows.metric == "recall")]
    recall = alone.set_index(["source", "k"]).value
    likes = [sum(rating >= 9 for rating in row.test_ratings) for row in made[1]]
    for k in (1, 3, 5, 10):
        most = np.mean([min(k, n) / n for n in likes if n])
        assert recall["oracle", k] == pytest.approx(most, abs=1e-12)
        assert recall["random", k] < recall["oracle", k]
    moves = tiny_store.read("champion_moves").collect()
    assert not {move.source for move in moves} & {*ANCHORS}


def test_test_likes_among_what_users_have_seen_end_the_evaluation(evaluate, frames):
    leaking = F.array_sort(F.concat("likes_train", "likes_test"))
    history = frames["user_history"].withColumn("likes_train", leaking)
    with pytest.raises(
        EvaluationError, match=r"The oracle finds recall@1 = 0\.0000 .* ratings leak"
    ):
        evaluate(user_history=history)


def test_a_list_with_an_item_twice_ends_the_evaluation(evaluate, frames):
    lists, tests = frames["recommendations"], frames["ratings"].where("split = 'test'")
    # One test like of each user, at every rank of the list.
    best = tests.where("rating >= 9").groupBy("user_id").agg(F.min("item_id").alias("item_id"))
    twice = lists.where("source = 'jaccard'").drop("item_id").join(best, "user_id")
    others = lists.where("source != 'jaccard'")
    with pytest.raises(EvaluationError, match=r"Source jaccard finds recall@\d+ = .* items twice"):
        evaluate(recommendations=others.unionByName(twice))
