"""The job neighbours, exact and by an index."""

import io
import shutil

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.tables import Store


@pytest.fixture(scope="module")
def embedded(spark, tiny_store, embed, tmp_path_factory):
    """The tiny store with vectors for nine titles in ten."""
    folder = tmp_path_factory.mktemp("embedded") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    items = store.read("items").where(f"{C.ITEM_IDX} % 10 <> 3").orderBy(C.ITEM_IDX).collect()
    vectors = np.random.default_rng(0).normal(size=(len(items), 6)).round(1)
    embed(store, items, vectors)
    return store


def neighbours(store, *overrides, deepest=50):
    said = io.StringIO()
    config = load_config("conf/mal2020.yml", overrides)
    run_jobs(Run(config, store, "run of the test", None, PlainReporter(said)), ["neighbours"])
    mine = (F.col(C.SOURCE) == "base") & (F.col(C.RANK) <= deepest)
    rows = store.read("item_neighbours").where(mine).drop(C.RUN_ID)
    return sorted(map(tuple, rows.collect())), said.getvalue()


def test_an_index_that_must_find_all_ten_nearest_gives_the_exact_rows(embedded):
    exact, _ = neighbours(embedded, "neighbours.exact_up_to=200", deepest=10)
    assert len(exact) == 180 * 10
    by_index = ["neighbours.exact_up_to=179", "neighbours.recall=1"]
    found, _ = neighbours(embedded, *by_index, deepest=10)
    assert found == exact
    metrics = embedded.read("run_metrics").where(F.col(C.NAME) == "neighbours.recall.base")
    assert metrics.orderBy(F.desc(C.VALUE)).first()[C.VALUE] == 1


def test_titles_without_a_vector_have_no_neighbours_and_are_none(embedded):
    rows, _ = neighbours(embedded, "neighbours.exact_up_to=0")
    without = embedded.read("items").where(f"{C.ITEM_IDX} % 10 = 3").select(C.ITEM_ID).collect()
    named = {row[1] for row in rows} | {row[3] for row in rows}
    assert len(without) == 20
    assert not named & {row[0] for row in without}
