"""The job publish on frames: what analysts will see, and in which order it is written."""

from datetime import UTC, datetime, timedelta

import pytest

from colike import columns as C
from colike.config import load_config

READS = (
    "evaluation", "recommendations", "item_neighbours", "ratings", "items", "user_history",
    "item_similarity",
)  # fmt: skip
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


def test_the_champion_moves_last_so_that_no_view_shows_half_of_a_publication(outputs):
    tables = [(write.table, write.how) for write in outputs.writes]
    assert tables == [
        ("published_recommendations", "replace"),
        ("published_neighbours", "replace"),
        ("champion_moves", "append"),
    ]
    assert all(write.where == {C.RUN_ID: ["run-1"]} for write in outputs.writes[:2])


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
