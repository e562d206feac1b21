"""The commands as a user types them, on a small finished store."""

import json

import pytest

from colike import columns as C
from colike.queries.user import UserLists
from colike.tables import Store

STRANGER = "987654321"


@pytest.fixture
def colike(typed, tiny_store: Store):
    """Types a command on the tiny store."""
    return lambda *words: typed(*words, "--store", tiny_store.location.name)


@pytest.fixture(scope="module")
def user(tiny_store: Store) -> str:
    return str(tiny_store.read("user_history").orderBy(C.USER_ID).first()[C.USER_ID])


def test_leaderboard_is_a_table_of_the_sources_or_json_of_all_figures(colike):
    code, out, _ = colike("leaderboard", "--json")
    _, shown, _ = colike("leaderboard")
    assert code == 0
    rows = json.loads(out)
    assert {row["source"] for row in rows if not row["anchor"]} == {"popularity", "jaccard"}
    assert {row["source"] for row in rows if row["anchor"]} == {"oracle", "random", "shuffled"}
    assert "holdout, users all, k = 10" in shown
    assert "recall of unseen" in shown
    assert shown.count("jaccard") == shown.count("popularity") == 1
    assert shown.index("jaccard") < shown.index("oracle (anchor)") < shown.index("random (anchor)")


def test_leaderboard_of_a_protocol_that_was_not_evaluated_says_what_to_look_at(colike):
    code, _, err = colike("leaderboard", "--protocol", "nothing")
    assert code == 2
    assert "no protocol 'nothing'" in err
    assert "colike sql" in err


def test_several_users_are_asked_for_at_once_a_stranger_gets_the_popular_list_and_is_told_so(
    colike, user
):
    words = ("recommend", user, STRANGER, "-k", "3", "--source", "jaccard", "--json")
    code, out, err = colike(*words)
    named = [(row["user_id"], row["source"], row["rank"]) for row in json.loads(out)]
    assert code == 0
    assert named == [
        *((user, "jaccard", rank) for rank in (1, 2, 3)),
        *((STRANGER, "popularity", rank) for rank in (1, 2, 3)),
    ]
    assert f"User {STRANGER} is unknown here" in err
    fields = {
        "user_id", "source", "rank", "item_id", "title", "score", "support", "cosine", "because",
        "fallback",
    }  # fmt: skip
    assert all(set(row) == fields for row in json.loads(out))


def test_a_user_who_has_rated_every_title_is_told_that_nothing_is_left(colike, user, monkeypatch):
    nothing = UserLists(user, True, [])
    monkeypatch.setattr("colike.cli.recommend.recommend_user", lambda *_: nothing)
    code, out, err = colike("recommend", user)
    assert (code, out) == (0, "")
    assert err == f"User {user} has rated every title that may be recommended; nothing is left.\n"


def test_lists_are_shown_as_a_table_for_each_source(colike, user):
    _, shown, _ = colike("recommend", user, "-k", "3")
    assert f"user {user}: popularity" in shown
    assert f"user {user}: jaccard" in shown


def test_an_unknown_source_is_refused_with_those_that_are_there(colike, user):
    code, _, err = colike("recommend", user, "--source", "astrology")
    assert code == 2
    assert "no source 'astrology'" in err
    assert "jaccard" in err


def test_more_neighbours_than_the_store_keeps_are_refused_with_the_remedy(colike, user):
    code, _, err = colike("recommend", user, "--neighbours", "5000")
    assert code == 2
    assert "--set neighbours.k=5000" in err


def test_similar_shows_the_neighbours_of_an_item_under_its_title(colike, tiny_store):
    edges = tiny_store.read("item_neighbours").where("source = 'jaccard'")
    item = str(edges.orderBy(C.ITEM_ID).first()[C.ITEM_ID])
    asked = ("similar", item, "-k", "4", "--source", "jaccard")
    code, out, _ = colike(*asked, "--json")
    _, shown, _ = colike(*asked)
    rows = json.loads(out)
    assert code == 0
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert f"(item {item})" in shown
    assert all(row["title"] in shown for row in rows)


def test_sql_reads_views_and_a_wrong_name_lists_what_there_is(colike):
    _, out, _ = colike("sql", "select count(*) as n from v_recommendations", "--json")
    code, _, err = colike("sql", "select * from v_recommendation")
    assert json.loads(out)[0]["n"] > 0
    assert code == 2
    assert "v_recommendations" in err
    assert "published_recommendations" in err


def test_sql_prints_headings_and_values_that_no_terminal_obeys(colike):
    query = "select 'a\x1b[31mb' as `c\x1b[1md`"
    code, out, _ = colike("sql", query)
    assert code == 0
    assert "\x1b" not in out
    assert "a\\u001b[31mb" in out
    assert "c\\u001b[1md" in out
    _, out, _ = colike("sql", query, "--json")
    assert json.loads(out) == [{"c\x1b[1md": "a\x1b[31mb"}]


def test_sql_says_so_when_it_shows_the_first_rows_alone(colike):
    _, out, _ = colike("sql", "select title from items", "--limit", "2")
    assert "(the first 2 rows; --limit shows more)" in out


def test_report_is_one_file_of_as_many_users_as_the_config_says_and_says_where(
    colike, tmp_path, monkeypatch
):
    # What is in it: tests of queries.report.
    monkeypatch.setattr("colike.cli.report.report_of", lambda *facts: f"<p>{facts[-1]} users")
    where = tmp_path / "new" / "report.html"
    _, out, _ = colike("report", "--out", str(where))
    assert str(where) in out
    assert where.read_text("utf-8") == "<p>3 users"
