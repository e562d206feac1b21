"""Runs of the job recommend in one store: the rows of a source stay while what made them does."""

from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.run.chain import stages
from colike.run.reporters import PlainReporter
from colike.run.session import Run, Session
from colike.tables import IdTypes, Store
from colike.tables.views import register_views
from colike.tables.writes import merge, overwrite

TABLE = "recommendations"
SMALL = ("recommend.profile.embedder=base", "recommend.neighbours_grid=[2,4]")


def config_of(*sources):
    return load_config("conf/mal2020.yml", [*SMALL, f"recommend.sources=[{','.join(sources)}]"])


def runs_by_source(store):
    """Which run wrote the rows of each source."""
    rows = store.read(TABLE).select(C.SOURCE, C.RUN_ID).distinct().collect()
    return dict(sorted((row[C.SOURCE], row[C.RUN_ID]) for row in rows))


@pytest.fixture(scope="module")
def story(spark, frames, write, run_jobs, tmp_path_factory):
    """Three runs in one store, and what `recommendations` has after each of them."""
    store = Store.open(spark, str(tmp_path_factory.mktemp("kept")), IdTypes("bigint", "bigint"))
    write(store, *(overwrite(table, frame) for table, frame in frames.items()))
    after = {}

    def run(run_id, *sources):
        assert run_jobs(config_of(*sources), store, ["recommend"], run_id=run_id) == ["recommend"]
        after[run_id] = runs_by_source(store)

    run("first", "popularity", "jaccard", "base")
    # Other neighbours of jaccard, base taken out, profile added.
    weight = F.when(F.col(C.SOURCE) == "jaccard", F.col(C.WEIGHT) / 2).otherwise(F.col(C.WEIGHT))
    neighbours = frames["item_neighbours"].withColumn(C.WEIGHT, weight)
    write(store, overwrite("item_neighbours", neighbours))
    run("second", "popularity", "jaccard", "profile")
    # Other words, which no list depends on.
    before = newest_version(store)
    items = frames["items"].withColumn(C.SYNOPSIS, F.lit("Other words"))
    write(store, merge("items", items))
    run("third", "popularity", "jaccard", "profile")
    return SimpleNamespace(store=store, after=after, is_kept=newest_version(store) == before)


def newest_version(store):
    history = store.spark.sql(f"DESCRIBE HISTORY {store.location.identifier(TABLE)}")
    return history.agg(F.max("version")).collect()[0][0]


def test_changed_and_added_sources_are_scored_others_keep_their_rows_or_are_gone(story):
    assert story.after["first"] == dict.fromkeys(["base", "jaccard", "popularity"], "first")
    assert story.after["second"] == {
        "jaccard": "second",
        "popularity": "first",
        "profile": "second",
    }


def test_where_nothing_that_counts_has_changed_nothing_is_written(story):
    assert story.after["third"] == story.after["second"]
    assert story.is_kept


def test_figures_of_kept_sources_stay_in_run_metrics(story):
    store = story.store
    view = Store(store.spark.newSession(), store.location, store.ids)
    register_views(view)
    metrics = view.spark.table("run_metrics").where(F.col(C.JOB) == "recommend").collect()
    by_run = {run: {} for run in story.after}
    for row in metrics:
        by_run[row[C.RUN_ID]][row[C.NAME]] = (row[C.VALUE], row[C.UNIT])

    def of(run, source):
        return {name: figure for name, figure in by_run[run].items() if f".{source}" in name}

    assert set(of("first", "jaccard")) == {
        "neighbours_per_item.jaccard",
        "validation_recall.jaccard.2",
        "validation_recall.jaccard.4",
    }
    assert of("second", "base") == {}
    assert of("third", "jaccard") == of("second", "jaccard") != {}


def test_rows_that_somebody_else_has_written_are_not_counted_on(story, write):
    store = story.store
    (stage,) = stages(["recommend"])
    run = Run(config_of("popularity"), store, "next", None, PlainReporter())
    assert set(Session.begin(run, [stage]).inputs(stage).row_sets) == {
        "popularity",
        "jaccard",
        "profile",
    }
    fewer = store.read(TABLE).where("rank < 3").drop(C.RUN_ID)
    write(store, overwrite(TABLE, fewer), run_id="somebody")
    assert Session.begin(run, [stage]).inputs(stage).row_sets == {}
