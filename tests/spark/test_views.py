"""Facts about the views that analysts query."""

import json
from pathlib import Path

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike.config.section import ANCHORS
from colike.errors import SchemaError
from colike.tables import Store, contracts
from colike.tables.view_files import View, parsed, views
from colike.tables.views import (
    NAMED,
    create_views,
    ready,
    register_temporary,
    register_views,
)

RESOURCES = Path(__file__).parents[2] / "conf" / "resources"
LATER = "99990101T000000-ffffff"


@pytest.fixture(scope="module")
def own_session(spark: SparkSession) -> SparkSession:
    """Temporary views and the current schema stay out of other tests' session."""
    return spark.newSession()


@pytest.fixture(scope="module")
def registered(own_session: SparkSession, tiny_store: Store) -> SparkSession:
    """A session that knows the tiny store's tables and views."""
    register_views(Store.open(own_session, tiny_store.location.name, tiny_store.ids))
    return own_session


def with_more(frame: DataFrame, where: str, **changed: str) -> DataFrame:
    """A table and once more those rows that fulfil `where`, some columns changed by SQL."""
    columns = {name: F.expr(sql) for name, sql in changed.items()}
    return frame.unionByName(frame.where(where).withColumns(columns))


def runs_in(session: SparkSession, view: str) -> set[str]:
    return {row.run_id for row in session.table(view).select("run_id").distinct().collect()}


FOLLOWING = {
    "v_recommendations": "published_recommendations",
    "v_neighbours": "published_neighbours",
    "v_leaderboard": "evaluation",
}


def test_views_show_the_champions_run_until_the_pointer_moves(
    spark: SparkSession, tiny_store: Store
):
    session = spark.newSession()
    store = Store.open(session, tiny_store.location.name, tiny_store.ids)
    register_views(store)
    later = {"run_id": f"'{LATER}'"}
    for table in FOLLOWING.values():
        with_more(store.read(table), "true", **later).createOrReplaceTempView(table)
    evaluated = "job = 'evaluate' AND event = 'succeeded'"
    an_hour_later = {"at": "at + interval 1 hour", "entry": "entry + 100"}
    runs = with_more(store.read("runs"), evaluated, **later, **an_hour_later)
    runs.createOrReplaceTempView("runs")

    moves = store.read("champion_moves")
    first = moves.first().run_id
    shown = {view: runs_in(session, view) for view in FOLLOWING}
    assert shown["v_recommendations"] == shown["v_leaderboard"] == {first}
    assert shown["v_neighbours"] <= {first}

    moves = with_more(moves, "true", **later, at="at + interval 1 day")
    moves.createOrReplaceTempView("champion_moves")
    assert runs_in(session, "v_recommendations") == {LATER}
    assert runs_in(session, "v_leaderboard") == {LATER}

    back = with_more(moves, f"run_id = '{first}'", at="at + interval 2 days")
    back.createOrReplaceTempView("champion_moves")
    assert runs_in(session, "v_recommendations") == {first}
    assert runs_in(session, "v_leaderboard") == {first}


def test_the_leaderboard_is_of_the_publications_own_run_when_a_clock_was_put_back(
    spark: SparkSession, tiny_store: Store
):
    session = spark.newSession()
    store = Store.open(session, tiny_store.location.name, tiny_store.ids)
    register_views(store)
    later, evaluation = {"run_id": f"'{LATER}'"}, store.read("evaluation")
    with_more(evaluation, "true", **later).createOrReplaceTempView("evaluation")
    done = "job IN ('evaluate', 'publish') AND event = 'succeeded'"
    an_hour_back = {"at": "at - interval 1 hour", "entry": "entry + 100"}
    runs = with_more(store.read("runs"), done, **later, **an_hour_back)
    runs.createOrReplaceTempView("runs")
    # A move is always later than the ones before.
    moves = with_more(store.read("champion_moves"), "true", **later, at="at + interval 1 second")
    moves.createOrReplaceTempView("champion_moves")
    assert runs_in(session, "v_leaderboard") == {LATER}


# Jobs of the next night, which has not published yet, write these.
IN_WORK = (
    "ratings",
    "items",
    "user_history",
    "item_similarity",
    "item_neighbours",
    "recommendations",
)
OF_A_PUBLICATION = (
    "v_recommendations",
    "v_neighbours",
    "v_titles",
    "v_popular_with_fans_of",
    "v_list_changes",
)


def test_views_of_a_publication_read_nothing_that_a_later_run_changes_before_it_publishes():
    known = set(contracts()) | set(views())
    for name in OF_A_PUBLICATION:
        assert not set(IN_WORK) & known & set(NAMED.findall(views()[name].select)), name


def test_the_leaderboard_says_which_rows_are_of_anchors(registered: SparkSession):
    rows = registered.sql("SELECT DISTINCT source, anchor FROM v_leaderboard").collect()
    assert {row.source for row in rows if row.anchor} == {*ANCHORS}
    assert {row.source for row in rows if not row.anchor} == {"popularity", "jaccard"}


def test_a_view_waits_until_all_its_tables_exist():
    without_moves = [table for table in contracts() if table != "champion_moves"]
    assert "v_recommendations" not in ready(without_moves)
    assert "v_recommendations" in ready([*without_moves, "champion_moves"])
    assert set(ready(["runs"])) == {"run_metrics", "v_checks", "v_run_history"}


def test_a_view_comes_behind_the_views_that_it_reads(monkeypatch: pytest.MonkeyPatch):
    texts = {"v_a": "SELECT 1 FROM v_b", "v_b": "SELECT 1 FROM items JOIN v_c", "v_c": "SELECT 1"}
    made = {name: View(name, "", "", "", "", "", {}, text) for name, text in texts.items()}
    monkeypatch.setattr("colike.tables.views.views", lambda: made)
    assert ready(["items"]) == ["v_c", "v_b", "v_a"]
    assert ready([]) == ["v_c"]


def test_every_recommendation_has_its_title_and_its_reasons(registered: SparkSession):
    rows = registered.sql(
        """
        SELECT r.*, i.title AS wanted, p.because AS ids
        FROM v_recommendations AS r
        JOIN items AS i USING (item_id)
        JOIN published_recommendations AS p USING (run_id, user_id, rank)
        """
    ).collect()
    titles = {row.item_id: row.title for row in registered.table("items").collect()}
    assert len(rows) == registered.table("published_recommendations").count()
    for row in rows:
        assert row.title == row.wanted
        assert row.because == " | ".join(titles[reason.item_id] for reason in row.ids)
        assert row.best_weight == max((reason.part for reason in row.ids), default=None)


def test_fans_see_every_pair_in_both_directions(registered: SparkSession):
    rows = registered.table("v_popular_with_fans_of").collect()
    by_pair = {(row.item_id, row.other_id): row for row in rows}
    assert len(rows) == len(by_pair) == 2 * registered.table("published_pairs").count()
    for (item, other), row in by_pair.items():
        mirror = by_pair[other, item]
        assert (row.title, row.likes) == (mirror.other_title, mirror.other_likes)
        assert (row.colikes, row.lift) == (mirror.colikes, mirror.lift)


def test_run_history_gives_each_job_its_duration_and_rows(registered: SparkSession):
    history = {row.job: row for row in registered.table("v_run_history").collect()}
    assert history["ingest"].status == "succeeded"
    assert history["ingest"].rows_written >= registered.table("ratings").count()
    took = history["ingest"].ended_at - history["ingest"].started_at
    assert history["ingest"].seconds == pytest.approx(took.total_seconds())


@pytest.mark.parametrize("name", sorted(views()))
def test_a_view_says_what_it_answers_and_what_its_columns_are(registered: SparkSession, name: str):
    view, table = views()[name], registered.table(name)
    assert view.question.endswith("?")
    assert view.grain.startswith("one row per ")
    assert table.columns == list(view.columns)
    assert all(field.metadata["comment"] == view.columns[field.name] for field in table.schema)


def test_a_view_file_that_does_not_say_what_it_answers_is_named():
    text = "-- Runs.\n-- Grain: one row per run\n-- run_id: The run\nSELECT run_id FROM runs"
    with pytest.raises(
        SchemaError, match=r"v_x\.sql: its comments lack Question, Owner, Freshness"
    ):
        parsed("v_x", text)


IN_CATALOG = ("runs", "published_items", "published_recommendations", "champion_moves")


@pytest.fixture
def in_catalog(own_session: SparkSession, tiny_store: Store, catalog: Store) -> Store:
    """A store in a catalog, with some of the tiny store's tables."""
    store = Store(own_session.newSession(), catalog.location, tiny_store.ids)
    store.spark.sql(f"CREATE SCHEMA {store.location.sql}")
    for table in IN_CATALOG:
        name = store.location.identifier(table)
        folder = f"{tiny_store.location.name}/tables/{table}"
        store.spark.sql(f"CREATE TABLE {name} USING DELTA LOCATION '{folder}'")
    return store


def test_a_catalog_keeps_the_views_for_other_sessions(in_catalog: Store, spark: SparkSession):
    create_views(in_catalog, in_catalog.location)
    shown, published = (
        spark.table(in_catalog.location.identifier(name))
        for name in ("v_recommendations", "published_recommendations")
    )
    assert shown.count() == published.count()


def kept(store: Store) -> set[str]:
    """The tables and views that the catalog itself has."""
    tables = store.spark.sql(f"SHOW TABLES IN {store.location.sql}").collect()
    return {row.tableName for row in tables if not row.isTemporary}


def test_whoever_asks_a_catalog_writes_nothing_there(in_catalog: Store):
    names = register_views(in_catalog)
    assert {"v_recommendations", *IN_CATALOG} <= set(names) < {*contracts(), *views()}
    assert kept(in_catalog) == {*IN_CATALOG}
    assert not in_catalog.spark.table("v_recommendations").isEmpty()


def test_temporary_views_leave_a_catalog_as_it_is_and_a_missing_table_has_no_rows(
    in_catalog: Store, tiny_store: Store
):
    assert set(register_temporary(in_catalog)) == {*contracts(), *views()}
    assert kept(in_catalog) == {*IN_CATALOG}
    shown = in_catalog.spark.table("v_recommendations").count()
    assert shown == tiny_store.read("published_recommendations").count()
    assert in_catalog.spark.table("v_pair_metrics").count() == 0


def alerts() -> dict[str, str]:
    text = (RESOURCES / "alerts.yml").read_text("utf-8")
    found = yaml.safe_load(text)["resources"]["alerts"]
    return {name: alert["query_text"] for name, alert in found.items()}


def panels() -> dict[str, str]:
    board = json.loads((RESOURCES / "overview.lvdash.json").read_text("utf-8"))
    return {one["name"]: "".join(one["queryLines"]) for one in board["datasets"]}


@pytest.mark.parametrize(
    ("name", "column"),
    [("nothing_published", "hours"), ("champion_moved", "moves"), ("many_rejected", "percent")],
)
def test_an_alert_measures_one_number(registered: SparkSession, name: str, column: str):
    # In the workspace the tables have a catalog and a schema in front.
    sql = alerts()[name].replace("${var.catalog}.${resources.schemas.store.name}.", "")
    (row,) = registered.sql(sql).collect()
    assert row.asDict().keys() == {column}
    assert row[column] == 0


@pytest.mark.parametrize("name", sorted(panels()))
def test_a_panel_of_the_dashboard_has_rows(registered: SparkSession, name: str):
    assert not registered.sql(panels()[name]).isEmpty()


def test_views_of_a_store_of_an_earlier_release_are_there_before_its_next_run(
    spark: SparkSession, tiny_store: Store, tmp_path: Path
):
    for table in ("champion_moves", "published_recommendations", "published_items", "runs"):
        rows = tiny_store.read(table)
        rows = rows.drop("held") if table == "champion_moves" else rows
        rows.write.format("delta").save(str(tmp_path / "tables" / table))
    older = Store.open(spark.newSession(), str(tmp_path), tiny_store.ids)
    assert {"v_publications", "v_recommendations"} <= set(register_views(older))
    assert [row.held for row in older.spark.table("v_publications").collect()] == [False]
