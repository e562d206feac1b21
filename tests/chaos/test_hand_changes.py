"""Rows that something other than colike has changed do not outlive the next run of their job.

Every table that is made from others is tried, whatever a job keeps of its earlier work: values
that were changed, rows that were deleted, and rows that are there twice. `make chaos` runs it; that
no table is forgotten, `make test` tells.
"""

import os
import shutil

import pytest

from colike.config import load_config
from colike.generate import generate
from colike.tables import contracts

from .sameness import differing, opened, rows_of

CONFIG = load_config(
    "conf/mal2020.yml",
    (
        "similarity.tiled.keep_colikes=true",
        "similarity.min_colikes=1",
        "embed.embedders.finetuned=null",
        "recommend.sources=[popularity,jaccard,ease,als,base]",
        "evaluate.baseline=popularity",
        "evaluate.protocols=[holdout,gate]",
        "evaluate.bootstrap_replicates=5",
        "publish.champion=jaccard",
        "publish.report_users=2",
    ),
)
#: A change of values in each table that jobs make from others, by these jobs.
CHANGES = {
    ("ingest",): {
        "items": "title = 'Another'",
        "ratings": "rating = 11 - rating",
        "user_history": "likes_train = array(), likes_test = likes_train",
    },
    ("similarity",): {
        "item_colikes": "own = concat(X'FF', substring(own, 2))",
        "item_similarity": "method = 'guessed'",
    },
    ("pairs", "embed"): {
        "item_embeddings": "embedding = reverse(embedding)",
        "training_pairs": "base_cosine = 0",
    },
    ("neighbours",): {
        "item_factors": "factors = reverse(factors)",
        "item_neighbours": "weight = weight / 2",
    },
    ("recommend",): {"recommendations": "score = score / 2"},
    ("evaluate",): {"evaluation": "value = value / 2"},
    ("publish",): {
        "published_items": "title = 'Another'",
        "published_neighbours": "weight = weight / 2",
        "published_pairs": "lift = lift * 2",
        "published_recommendations": "score = score / 2",
    },
}
JOBS = tuple(job for jobs in CHANGES for job in jobs)
TABLES = tuple(table for changes in CHANGES.values() for table in changes)
#: Tables of which nothing can be made again, and those of what is learnt, which are written whole.
OTHERS = {"champion_moves", "forgotten", "models", "quarantine", "rankers", "runs"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    generate(users=80, items=40, ratings=1600, seed=1, out=folder)
    return folder


@pytest.fixture(scope="module")
def finished(spark, data, run_jobs, tmp_path_factory):
    """The folder of a store after one run, and the rows of its tables."""
    store = opened(spark, tmp_path_factory.mktemp("finished"))
    run_jobs(CONFIG, store, JOBS, data, "first")
    rows = rows_of(store, TABLES, "first")
    assert [table for table, found in rows.items() if not found] == []
    return store.location.local, rows


@pytest.fixture
def store(spark, finished, tmp_path):
    """A copy of it."""
    yield opened(spark, shutil.copytree(finished[0], tmp_path / "store"))
    shutil.rmtree(tmp_path)


def change(store, table, values):
    """Change all rows of a table, delete one of them, and put another one in twice."""
    name, key = store.location.identifier(table), contracts()[table].primary_key
    twice, gone = (
        " AND ".join(f"{column} <=> {literal(row[column])}" for column in key)
        for row in store.read(table).orderBy(*key).limit(2).collect()
    )
    store.spark.sql(f"UPDATE {name} SET {values}")
    store.spark.sql(f"DELETE FROM {name} WHERE {gone}")
    store.spark.sql(f"INSERT INTO {name} SELECT * FROM {name} WHERE {twice}")


def literal(value):
    return "NULL" if value is None else repr(value)


def test_every_table_is_tried_or_left_out_by_name():
    assert {*TABLES, *OTHERS} == set(contracts())


@pytest.mark.chaos
@pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it")
@pytest.mark.parametrize("jobs", CHANGES, ids=" ".join)
def test_tables_are_as_they_were_after_their_jobs_have_run_again(
    jobs, store, finished, data, run_jobs, capsys
):
    for table, values in CHANGES[jobs].items():
        change(store, table, values)
    assert run_jobs(CONFIG, store, jobs, data, "first") == list(jobs)
    assert differing(store, {table: finished[1][table] for table in CHANGES[jobs]}, "first") == []
    said = "".join(capsys.readouterr())
    for table in CHANGES[jobs]:
        assert f"rows of table {table} were changed by something other than colike" in said
    assert run_jobs(CONFIG, store, jobs, data, "first") == []
