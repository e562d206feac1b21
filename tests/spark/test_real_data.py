"""Facts of the real MyAnimeList files; skipped where they are not at hand."""

import os
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.tables import IdTypes, Store

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("COLIKE_MAL_DIR", ROOT.parent / "shared/data/mal2020"))

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (FOLDER / "rating_complete.csv").is_file(),
        reason="the real MyAnimeList files are not here; name their folder in COLIKE_MAL_DIR",
    ),
]


@pytest.fixture(scope="module")
def ingested(spark, run_jobs, tmp_path_factory) -> Store:
    store = Store.open(spark, str(tmp_path_factory.mktemp("real")), IdTypes("bigint", "bigint"))
    config = load_config("conf/mal2020.yml")
    run_jobs(config, store, ["ingest"], FOLDER)
    return store


def test_every_real_row_is_read_and_none_is_rejected(ingested):
    assert ingested.read("ratings").count() == 1_220_653
    assert ingested.read("items").count() == 17_562
    assert ingested.read("user_history").count() == 9_751
    assert ingested.read("quarantine").isEmpty()


def test_the_books_universe_is_the_titles_with_a_synopsis_row(ingested):
    items = ingested.read("items")
    assert items.where(F.col("synopsis").isNotNull()).count() == 16_214
    assert items.where(F.col("description") == "").count() == 0


def test_a_tenth_of_the_real_ratings_is_test_and_a_third_are_likes(ingested):
    ratings = ingested.read("ratings")
    row = ratings.agg(
        F.avg((F.col("split") == "test").cast("double")).alias("test"),
        F.avg((F.col("rating") >= 9).cast("double")).alias("likes"),
    ).first()
    assert row["test"] == pytest.approx(0.1, abs=0.002)
    assert row["likes"] == pytest.approx(0.31, abs=0.01)
