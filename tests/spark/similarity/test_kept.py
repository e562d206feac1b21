"""Kept co-likes: brought up to date by what changed, or counted again where they do not serve."""

from dataclasses import dataclass, replace

import pytest
from pyspark.sql import functions as F

from colike.data.splits import train_likes
from colike.similarity.engines import Counting
from colike.similarity.kept import KeptInputs, kept_colikes, similarity_of_kept
from colike.tables import IdTypes, Store
from colike.tables.changes import Changes
from colike.tables.state import Pin

from .few_likes import CHANGED, CONFIG, ITEMS, LIKES, by_definition

IDS = IdTypes("bigint", "bigint")
HISTORY, COLIKES = "user_history", "item_colikes"


def frame_of(spark, likes):
    rows = [(user, mine) for user, mine in likes.items()]
    return spark.createDataFrame(rows, "user_id bigint, likes_train array<int>")


def items_of(spark, count=ITEMS, first_id=1000):
    return spark.range(count).select(
        (F.col("id") + first_id).alias("item_id"), F.col("id").cast("int").alias("item_idx")
    )


@dataclass(frozen=True)
class Situation:
    """What a count of co-likes meets: kept ones, and what there is now."""

    spark: object
    strips: object
    likes: dict
    items: object
    version: int = 5
    code: str = "code"
    history_id: str = "history"
    before: dict | None = None

    def kept(self):
        inputs = KeptInputs(
            self.strips, self.items, Pin(self.history_id, self.version), self._since, self.code
        )
        return kept_colikes(inputs, self.counting)

    @property
    def counting(self):
        likes = train_likes(frame_of(self.spark, self.likes))
        return Counting(likes, self.items.count(), CONFIG.similarity, {})

    def pairs(self, kept):
        """Item pairs as `by_definition` has them."""
        return sorted(map(tuple, similarity_of_kept(kept.rows, self.counting).collect()))

    def _since(self, pin):
        """The change feed, in place of Delta's: rows of users whose likes differ."""
        if self.before is None:
            return None
        users = {*self.before, *self.likes}
        differ = {user for user in users if self.before.get(user) != self.likes.get(user)}
        sides = (
            frame_of(self.spark, {user: side[user] for user in differ if user in side})
            for side in (self.likes, self.before)
        )
        return Changes(*sides)


@pytest.fixture(scope="module", autouse=True)
def _few_tiles():
    """Two blocks and so three tasks, where so few likes would be counted in ten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("colike.similarity.blocks.TILES_PER_CORE", 1)
        yield


@pytest.fixture(scope="module")
def first(spark):
    """What the first count keeps, and where it was made."""
    nothing = spark.createDataFrame([], Store(spark, None, IDS).empty(COLIKES).schema)
    situation = Situation(spark, nothing, LIKES, items_of(spark))
    kept = situation.kept()
    assert kept.note == "all likes were counted: none were kept yet"
    assert kept.changed is None
    return replace(situation, strips=kept.rows.localCheckpoint())


@pytest.fixture(scope="module")
def later(first):
    """The same store after some users' likes have changed."""
    return replace(first, likes=CHANGED, before=LIKES, version=8)


def test_what_is_kept_is_every_pair_by_its_definition(first):
    found = similarity_of_kept(first.strips, first.counting).collect()
    assert sorted(map(tuple, found)) == by_definition(LIKES)


def test_a_history_that_has_not_changed_is_not_counted(first):
    kept = first.kept()
    assert (kept.rows, kept.note, kept.changed) == (None, "no like has changed", 0)


def test_only_likes_of_changed_users_are_counted_and_the_result_is_that_of_a_full_count(later):
    kept = later.kept()
    more = sum(len(CHANGED[user]) for user in (1, 2, 99))
    less = sum(len(LIKES[user]) for user in (1, 2, 3))
    assert kept.changed == more + less
    assert kept.note == (
        f"kept co-likes were brought up to date: {more} likes came and {less} went"
    )
    assert later.pairs(kept) == by_definition(CHANGED)
    (origin,) = kept.rows.select("likes", "history_version", "items").distinct().collect()
    assert tuple(origin) == (sum(map(len, CHANGED.values())), 8, ITEMS)


def test_new_items_join_the_kept_ones(spark, later):
    new = {1: [*LIKES[1], ITEMS], 4: [*LIKES[4], ITEMS]}
    grown = replace(later, likes={**LIKES, **new}, items=items_of(spark, ITEMS + 1))
    kept = grown.kept()
    assert kept.note.startswith("kept co-likes were brought up to date")
    assert grown.pairs(kept) == by_definition(grown.likes)
    assert kept.rows.select("items").distinct().collect()[0][0] == ITEMS + 1


def others(spark, later):
    """Situations in which the kept co-likes do not serve, by what the user is told."""
    twice = {user: sorted(set(range(ITEMS)) - set(likes)) for user, likes in LIKES.items()}
    other_ids, fewer = items_of(spark, first_id=2000), items_of(spark, ITEMS - 1)
    return {
        "those kept were counted by other code": replace(later, code="other"),
        "those kept are of another user_history": replace(later, history_id="other"),
        "are of another user_history": replace(later, version=4),
        "items have other numbers than those kept": replace(later, items=other_ids),
        "items have other numbers": replace(later, items=fewer, likes={1: [2, 3]}),
        "the change feed of user_history does not reach back to version 5": replace(
            later, before=None
        ),
        f"likes of changed users are many beside {sum(map(len, LIKES.values()))}": replace(
            later, likes=twice
        ),
    }


def test_kept_colikes_that_do_not_serve_are_counted_again_with_the_reason(spark, later):
    for says, situation in others(spark, later).items():
        kept = situation.kept()
        assert kept.note.startswith("all likes were counted: ")
        assert says in kept.note
        assert kept.changed is None
    assert later.pairs(replace(later, history_id="other").kept()) == by_definition(CHANGED)


def test_blocks_that_are_too_few_for_the_cores_of_now_are_counted_again(later, monkeypatch):
    monkeypatch.setattr("colike.similarity.blocks.TILES_PER_CORE", 40)
    assert "there are more likes, items or cores than the kept blocks serve" in later.kept().note


def test_other_bounds_count_nothing_and_leave_the_kept_colikes(spark, run_stage, written):
    frames = {HISTORY: frame_of(spark, LIKES), "items": items_of(spark)}
    counted = run_stage("similarity", CONFIG, frames)
    assert [(one.table, one.how) for one in counted.writes] == [
        (COLIKES, "overwrite"),
        ("item_similarity", "overwrite"),
    ]
    own = {COLIKES: written(counted, COLIKES).localCheckpoint()}
    bounds = CONFIG.similarity.model_copy(update={"min_colikes": 3})
    config = CONFIG.model_copy(update={"similarity": bounds})
    again = run_stage("similarity", config, frames, own)
    assert [(one.table, one.how) for one in again.writes] == [
        (COLIKES, "keep"),
        ("item_similarity", "overwrite"),
    ]
    assert again.notes == ["no like has changed"]
    rows = written(again, "item_similarity").drop("method").collect()
    expected = [(a + 1000, b + 1000, *rest) for a, b, *rest in by_definition(LIKES, least=3)]
    assert sorted(map(tuple, rows)) == expected
