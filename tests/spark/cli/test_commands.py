"""The commands as a user types them, on a small finished store."""

import json

import pytest

from colike.tables import Store


@pytest.fixture
def colike(typed, tiny_store: Store):
    """Types a command on the tiny store."""
    return lambda *words: typed(*words, "--store", tiny_store.location.name)


def some_user(store: Store) -> str:
    return str(store.read("user_history").orderBy("user_id").first()["user_id"])


def test_leaderboard_as_json_is_a_list_of_figures_best_first(colike):
    code, out, _ = colike("leaderboard", "--json")

    rows = json.loads(out)
    keys = {"source", "protocol", "segment", "metric", "k", "value", "ci_low", "ci_high", "n"}
    assert code == 0
    assert all(set(row) == keys for row in rows)
    assert {(row["protocol"], row["segment"]) for row in rows} == {("holdout", "all")}
    recall = [row["value"] for row in rows if row["metric"] == "recall" and row["k"] == 10]
    assert recall == sorted(recall, reverse=True)
    assert len(recall) == 2
    inside = [row for row in rows if row["metric"] == "recall"]
    assert all(row["ci_low"] <= row["value"] <= row["ci_high"] for row in inside)


def test_leaderboard_of_a_protocol_that_was_not_evaluated_says_what_to_look_at(colike):
    code, _, err = colike("leaderboard", "--protocol", "nothing")

    assert code == 2
    assert "no protocol 'nothing'" in err
    assert "colike sql" in err


def test_a_stored_list_is_the_beginning_of_the_computed_deeper_one(colike, tiny_store):
    user = some_user(tiny_store)
    _, stored, _ = colike("recommend", user, "-k", "10", "--json")
    _, computed, _ = colike("recommend", user, "-k", "30", "--json")

    shallow, deep = json.loads(stored), json.loads(computed)
    for source in ("popularity", "jaccard"):
        mine = [row for row in shallow if row["source"] == source]
        deeper = [row for row in deep if row["source"] == source]
        assert len(mine) == 10
        assert len(deeper) == 30
        assert deeper[:10] == mine


def test_a_recommendation_names_title_score_support_cosine_and_the_likes_behind_it(
    colike, tiny_store
):
    _, out, _ = colike("recommend", some_user(tiny_store), "--source", "jaccard", "--json")

    first = json.loads(out)[0]
    assert first["rank"] == 1
    assert first["title"]
    assert first["support"] >= len(first["because"]) > 0
    parts = [part["part"] for part in first["because"]]
    assert parts == sorted(parts, reverse=True)
    assert first["cosine"] == parts[0]
    assert first["score"] >= sum(parts) - 1e-12


def test_several_users_are_asked_for_at_once_and_named(colike, tiny_store):
    user = some_user(tiny_store)
    _, alone, _ = colike("recommend", user, "-k", "3", "--source", "jaccard", "--json")
    _, out, _ = colike("recommend", user, "987654321", "-k", "3", "--source", "jaccard", "--json")
    _, shown, _ = colike("recommend", user, "987654321", "-k", "3", "--source", "jaccard")

    rows = json.loads(out)
    assert [row["user_id"] for row in rows] == [user] * 3 + ["987654321"] * 3
    assert rows[:3] == json.loads(alone)
    assert f"user {user}: jaccard" in shown
    assert "user 987654321: popularity" in shown


def test_an_unknown_user_gets_the_popular_list_and_is_told_so(colike):
    code, out, err = colike("recommend", "987654321", "-k", "3", "--json")

    rows = json.loads(out)
    assert code == 0
    assert "987654321 is unknown" in err
    assert [row["source"] for row in rows] == ["popularity"] * 3
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_an_unknown_source_is_refused_with_those_that_are_there(colike, tiny_store):
    code, _, err = colike("recommend", some_user(tiny_store), "--source", "astrology")

    assert code == 2
    assert "no source 'astrology'" in err
    assert "jaccard" in err


def test_more_neighbours_than_the_store_keeps_are_refused_with_the_remedy(colike, tiny_store):
    code, _, err = colike("recommend", some_user(tiny_store), "--neighbours", "5000")

    assert code == 2
    assert "--set neighbours.k=5000" in err


def test_similar_finds_an_item_by_id_and_by_title(colike, tiny_store):
    edge = tiny_store.read("item_neighbours").orderBy("item_id").first()
    item = tiny_store.read("items").where(f"item_id = {edge['item_id']}").first()

    _, by_id, _ = colike("similar", str(item["item_id"]), "-k", "4", "--json")
    _, by_title, _ = colike("similar", item["title"].upper(), "-k", "4", "--json")

    rows = json.loads(by_id)
    assert json.loads(by_title) == rows
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["neighbour_id"] != item["item_id"]


def test_an_ambiguous_title_lists_the_choices_by_id(colike):
    code, _, err = colike("similar", "e")

    assert code == 2
    assert "choose one by its id" in err
    assert "and more" in err


def test_sql_reads_views_and_a_wrong_name_lists_what_there_is(colike):
    _, out, _ = colike("sql", "select count(*) as n from v_recommendations", "--json")
    code, _, err = colike("sql", "select * from v_recommendation")

    assert json.loads(out)[0]["n"] > 0
    assert code == 2
    assert "v_recommendations" in err
    assert "published_recommendations" in err


def test_report_is_one_file_and_says_where(colike, tmp_path):
    _, out, _ = colike("report", "--out", str(tmp_path / "report.html"))

    assert str(tmp_path / "report.html") in out
    assert (tmp_path / "report.html").stat().st_size > 100_000


def test_a_store_that_is_not_there_is_one_sentence(typed, tmp_path):
    missing = str(tmp_path / "nowhere")

    code, _, err = typed("leaderboard", "--store", missing)

    assert code == 2
    assert f"There is no store at {missing}" in err
