"""The book's engine for one user: an id and k in, titles with reasons out."""

from dataclasses import astuple

import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.queries.user import UserSettings, chosen_neighbours_per_item, recommend_user
from colike.run.log import RunLog

SOURCES = ["popularity", "jaccard"]
STRANGER = "987654321"


@pytest.fixture(scope="module")
def user(tiny_store):
    return str(tiny_store.read("user_history").orderBy(C.USER_ID).first()[C.USER_ID])


@pytest.fixture(scope="module")
def chosen(tiny_store, tiny_config):
    return chosen_neighbours_per_item(RunLog.read(tiny_store, ""), tiny_config.recommend)


@pytest.fixture(scope="module")
def ask(tiny_store, tiny_config, chosen):
    """Asks for a user's lists."""
    settings = UserSettings(tiny_config.recommend, tiny_config.known_sources, chosen)

    def ask(user, k, sources=SOURCES, neighbours_per_item=None):
        return recommend_user(
            tiny_store, tiny_store.ids, settings, user, k, sources, neighbours_per_item
        )

    return ask


@pytest.fixture(scope="module")
def stored(ask, user):
    return ask(user, 10)


@pytest.fixture(scope="module")
def satiated(tiny_store, frame_store):
    """Tables in which one user has rated every title; and that user."""
    items = tiny_store.read("items")
    everything = [row[0] for row in items.select(C.ITEM_IDX).orderBy(C.ITEM_IDX).collect()]
    history = tiny_store.read("user_history").limit(1)
    user = str(history.first()[C.USER_ID])
    all_seen = F.lit(everything).cast("array<int>")
    frames = {
        "items": items,
        "item_neighbours": tiny_store.read("item_neighbours"),
        "user_history": history.withColumn("passives_train", all_seen),
        "recommendations": tiny_store.read("recommendations").where("false"),
    }
    return frame_store(frames, tiny_store.ids), user


def test_a_user_who_has_rated_every_title_is_known_and_gets_none(
    satiated, tiny_store, tiny_config, chosen
):
    store, user = satiated
    settings = UserSettings(tiny_config.recommend, tiny_config.known_sources, chosen)
    lists = recommend_user(store, tiny_store.ids, settings, user, 10, SOURCES)
    assert (lists.known, lists.rows) == (True, [])


def of_source(lists, source):
    return [row for row in lists.rows if row.source == source]


def test_a_stored_list_is_the_beginning_of_the_computed_deeper_one(ask, user, stored):
    deep = ask(user, 30)
    assert stored.known
    assert deep.known
    for source in SOURCES:
        shallow, deeper = of_source(stored, source), of_source(deep, source)
        assert len(shallow) == 10
        assert len(deeper) == 30
        assert [astuple(row) for row in deeper[:10]] == [astuple(row) for row in shallow]


def test_sources_come_in_the_order_asked_for_each_by_rank(ask, user):
    rows = ask(user, 3, SOURCES[::-1]).rows
    assert [(row.source, row.rank) for row in rows] == [
        *(("jaccard", rank) for rank in (1, 2, 3)),
        *(("popularity", rank) for rank in (1, 2, 3)),
    ]


def test_a_recommendation_has_its_title_and_the_titles_of_the_likes_behind_it(tiny_store, stored):
    titles = dict(tiny_store.read("items").select(C.ITEM_ID, C.TITLE).collect())
    for row in stored.rows:
        assert row.title == titles[row.item_id]
        assert all(part[C.TITLE] == titles[part[C.ITEM_ID]] for part in row.because)


def test_reasons_fall_by_weight_and_the_largest_is_the_cosine(stored):
    for row in of_source(stored, "jaccard"):
        parts = [part[C.PART] for part in row.because]
        assert parts == sorted(parts, reverse=True)
        assert row.support >= len(parts)
        assert row.score >= sum(parts) - 1e-12
        assert row.cosine == (parts[0] if parts else None)
    assert any(row.because for row in of_source(stored, "jaccard"))


def test_a_source_without_weighted_reasons_shows_no_cosine(stored):
    assert {row.cosine for row in of_source(stored, "popularity")} == {None}


def test_other_neighbours_per_item_are_computed(ask, user, chosen):
    same = ask(user, 10, ["jaccard"], chosen["jaccard"])
    other = ask(user, 10, ["jaccard"], 1 if chosen["jaccard"] > 1 else 2)
    assert same == ask(user, 10, ["jaccard"])
    assert [row.score for row in other.rows] != [row.score for row in same.rows]


def test_what_the_chain_chose_is_read_from_the_log_and_the_config_overrides_it(
    tiny_store, tiny_config, chosen
):
    assert set(chosen) == {"jaccard"}
    fixed = tiny_config.recommend.model_copy(update={"neighbours_per_item": {"jaccard": 4}})
    log = RunLog.read(tiny_store, "")
    assert chosen_neighbours_per_item(log, fixed) == {"jaccard": 4}


def test_an_unknown_user_gets_the_popular_list(ask):
    lists = ask(STRANGER, 3)
    assert not lists.known
    assert [row.source for row in lists.rows] == ["popularity"] * 3
    scores = [row.score for row in lists.rows]
    assert scores == sorted(scores, reverse=True)
