"""The job publish on frames: what analysts will see, and in which order it is written."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from colike import columns as C
from colike.config import load_config

from ...histories import seen_of

READS = (
    "evaluation", "recommendations", "item_neighbours", "ratings", "items", "user_history",
    "item_similarity",
)  # fmt: skip
LIKE = load_config("conf/mal2020.yml").likes.at_least
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


@pytest.fixture(scope="module")
def frames(tiny_store):
    return {table: tiny_store.read(table) for table in READS}


@pytest.fixture(scope="module")
def outputs(tiny_store, frames, run_stage):
    """A second publication, of the source that the config names, by a clock that was put back."""
    move = {
        C.SOURCE: "popularity",
        C.MODEL_ID: None,
        C.REASON: "the last one",
        C.FIGURES: None,
        C.HELD: None,
        C.BY: "somebody",
        C.AT: LATER,
    }
    evaluated_by = frames["evaluation"].first()[C.RUN_ID]
    return run_stage(
        "publish",
        load_config("conf/mal2020.yml", ["publish.champion=jaccard", "publish.report_users=1"]),
        frames,
        own={"champion_moves": tiny_store.frame("champion_moves", [move])},
        writers={"evaluation": evaluated_by},
    )


def test_the_champions_lists_by_all_ratings_and_its_neighbours_are_published(
    outputs, written, frames
):
    lists = written(outputs, "published_recommendations")
    wanted = frames["recommendations"].where("source = 'jaccard' AND history = 'all'")
    assert sorted(lists.collect()) == sorted(wanted.select(*lists.columns).collect())
    neighbours = written(outputs, "published_neighbours")
    wanted = frames["item_neighbours"].where("source = 'jaccard'").select(*neighbours.columns)
    assert sorted(neighbours.collect()) == sorted(wanted.collect())


def test_items_are_published_with_all_their_ratings_and_likes(outputs, written, frames):
    ratings, likes = Counter(), Counter()
    for row in frames["ratings"].collect():
        ratings[row.item_id] += 1
        likes[row.item_id] += row.rating >= LIKE
    published = {row.item_id: row for row in written(outputs, "published_items").collect()}
    items = {row.item_id: row for row in frames["items"].collect()}
    assert published.keys() == items.keys()
    for item_id, row in published.items():
        assert (row.title, row.attributes) == (items[item_id].title, items[item_id].attributes)
        assert (row.ratings, row.likes) == (ratings[item_id], likes[item_id])
    assert 0 in {row.ratings for row in published.values()}


def test_pairs_are_published_with_how_much_oftener_than_by_chance_they_are_liked(
    outputs, written, frames
):
    users = sum(bool(seen_of(row, "train")) for row in frames["user_history"].collect())
    published = written(outputs, "published_pairs")
    same = [name for name in published.columns if name not in (C.LIFT, C.RUN_ID)]
    wanted = frames["item_similarity"].select(*same)
    assert sorted(published.select(*same).collect()) == sorted(wanted.collect())
    for row in published.collect():
        together, each = row.colikes / users, (row.likes_a / users, row.likes_b / users)
        assert row.lift == pytest.approx(together / (each[0] * each[1]))


def test_the_champion_moves_last_so_that_no_view_shows_half_of_a_publication(outputs):
    tables = [(write.table, write.how) for write in outputs.writes]
    assert tables == [
        ("published_recommendations", "replace"),
        ("published_neighbours", "replace"),
        ("published_items", "replace"),
        ("published_pairs", "replace"),
        ("champion_moves", "append"),
    ]
    assert all(write.where == {C.RUN_ID: ["run-1"]} for write in outputs.writes[:-1])


def test_a_move_says_who_why_and_comes_after_the_last_one_whatever_the_clock_says(outputs, written):
    moves = written(outputs, "champion_moves")
    (move,) = moves.select("*", moves[C.AT].cast("double").alias("seconds")).collect()
    assert (move[C.SOURCE], move[C.BY]) == ("jaccard", "job publish")
    assert move[C.REASON].startswith("named in the config; recall@10 = ")
    assert outputs.notes == [f"champion is jaccard: {move[C.REASON]}"]
    assert LATER.timestamp() < move["seconds"] < LATER.timestamp() + 1


def test_the_report_of_the_run_is_written_under_its_id(outputs):
    (path,) = outputs.files
    assert path == "reports/run-1.html"
    assert outputs.files[path].lstrip().startswith("<!")
