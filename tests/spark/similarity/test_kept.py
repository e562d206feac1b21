"""Kept co-likes: brought up to date by what changed, or counted again where they do not serve."""

import shutil
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.data.splits import train_likes
from colike.run.reporters import PlainReporter
from colike.similarity.engines import Counting
from colike.similarity.kept import KeptInputs, kept_colikes, similarity_of_kept
from colike.tables import IdTypes, Store
from colike.tables.changes import Changes, changes
from colike.tables.state import Pin
from colike.tables.writes import merge, overwrite

CONFIG = load_config(
    "mal2020.yml",
    [
        "similarity.tiled.keep_colikes=true",
        "similarity.min_colikes=1",
        "similarity.min_jaccard=0.0",
    ],
)
IDS = IdTypes("bigint", "bigint")
ITEMS, USERS = 30, 60
HISTORY, COLIKES = "user_history", "item_colikes"


def random_likes():
    random = np.random.default_rng(3)
    sizes = random.integers(0, 9, USERS)
    return {
        user: sorted(random.choice(ITEMS, size, replace=False).tolist())
        for user, size in enumerate(sizes)
    }


LIKES = random_likes()
# A like more, one less, a user who is gone, and a new one.
CHANGED = {
    **{user: likes for user, likes in LIKES.items() if user != 3},
    1: sorted({*LIKES[1], 7, 8}),
    2: LIKES[2][1:],
    99: [0, 1, 2],
}


def by_definition(likes, least=1):
    """Pairs with likes, co-likes and jaccard, from the sets of fans."""
    fans = {}
    for user, mine in likes.items():
        for item in mine:
            fans.setdefault(item, set()).add(user)
    pairs = ((a, b, len(fans[a] & fans[b])) for a, b in combinations(sorted(fans), 2))
    return sorted(
        (a, b, len(fans[a]), len(fans[b]), both, both / len(fans[a] | fans[b]))
        for a, b, both in pairs
        if both >= least
    )


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

    def _since(self, version):
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


# What follows needs Delta's change feed.


class Notes(PlainReporter):
    def __init__(self):
        super().__init__()
        self.said = []

    def note(self, job, text):
        self.said.append(text)


def histories(store, likes):
    """Rows of user_history, which has more columns than co-likes are made of."""
    nothing = {f"{what}_{split}": [] for what in ("likes", "seen") for split in SPLITS}
    rows = [{**nothing, "user_id": user, "likes_train": mine} for user, mine in likes.items()]
    return store.frame(HISTORY, rows)


SPLITS = ("train", "validation", "test")


def likes_in(rows):
    return {row["user_id"]: row["likes_train"] for row in rows.collect()}


def test_the_job_brings_kept_colikes_up_to_date_over_several_versions(
    spark, tmp_path, write, run_jobs
):
    store = Store.open(spark, str(tmp_path / "store"), IDS)
    named = [{**NAMELESS, "item_id": 1000 + at, "item_idx": at} for at in range(ITEMS)]
    between = {**LIKES, 1: [5], 4: []}
    start = write(
        store,
        overwrite("items", store.frame("items", named)),
        merge(HISTORY, histories(store, LIKES)),
    ).pins[HISTORY]
    assert run_jobs(CONFIG, store, ["similarity"]) == ["similarity"]
    write(store, merge(HISTORY, histories(store, between)))
    end = write(store, merge(HISTORY, histories(store, CHANGED))).pins[HISTORY]
    assert end.version == start.version + 2

    notes = Notes()
    assert run_jobs(CONFIG, store, ["similarity"], run_id="run-2", reporter=notes) == ["similarity"]
    assert "kept co-likes were brought up to date" in " ".join(notes.said)
    rows = store.read("item_similarity").drop("method", "run_id").collect()
    assert sorted((row[0] - 1000, row[1] - 1000, *row[2:]) for row in rows) == by_definition(
        CHANGED
    )
    (success,) = store.read("runs").where("run_id = 'run-2' AND event = 'succeeded'").collect()
    # Users 1 and 4 twice, 2 and 3 once; user 99 came.
    passed = [LIKES[1], [5], [5], CHANGED[1], LIKES[4], LIKES[4]]
    passed += [LIKES[2], CHANGED[2], LIKES[3], CHANGED[99]]
    assert success["figures"]["changed_likes"] == sum(map(len, passed))

    # The feed itself: nothing between equal versions, and both sides of each change.
    nothing = changes(store, HISTORY, end.version, end.version)
    assert nothing.after.isEmpty()
    assert nothing.before.isEmpty()
    last = changes(store, HISTORY, start.version + 1, end.version)
    assert likes_in(last.after) == {user: CHANGED[user] for user in (1, 2, 4, 99)}
    assert likes_in(last.before) == {1: [5], 4: [], 2: LIKES[2], 3: LIKES[3]}
    assert changes(store, "items", 0, 1) is None, "a table that keeps no feed"
    shutil.rmtree(Path(store.location.root) / "tables" / HISTORY / "_change_data")
    assert changes(store, HISTORY, start.version, end.version) is None, "its files are gone"


NAMELESS = {
    "title": "T",
    "attributes": {},
    "synopsis": None,
    "description": "T",
    "synopsis_cut": False,
    "content_hash": "",
}
