"""Another data set needs another YAML file and no code: half stars, text ids, no synopses."""

import numpy as np
import pandas as pd
import pytest
import yaml
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.tables import IdTypes, contracts

JOBS = ("ingest", "similarity", "neighbours", "recommend")
BOOKS = {
    "name": "books",
    "data": {
        "user_id_type": "string",
        "item_id_type": "string",
        "ratings": {
            "path": "stars.parquet",
            "format": "auto",
            "columns": {"user_id": "reader", "item_id": "isbn", "rating": "stars"},
            "scale_min": 0.5,
            "scale_max": 5,
        },
        "items": {
            "path": "books.csv",
            "format": "csv",
            "columns": {"item_id": "isbn", "title": "book"},
            "attributes": ["author", "page count"],
            "missing": ["", "?"],
            "leaking": ["average"],
        },
        "synopses": None,
        "max_rejected_share": 0,
    },
    "likes": {"at_least": 4.5, "detractor_at_most": 2.5},
    "descriptions": {
        "template": "{{ title }} by {{ author or 'nobody' }}, {{ attributes['page count'] }} pages."
    },
    "recommend": {"sources": ["popularity", "jaccard"], "k": 5, "neighbours_grid": [2, 5]},
    "evaluate": {"ks": [5], "baseline": "popularity"},
    "publish": {"k": 5},
}
READERS, TITLES = 60, 12


@pytest.fixture(scope="module")
def ratings():
    random = np.random.default_rng(5)
    rows = []
    for reader in range(READERS):
        for book in random.choice(TITLES, 6, replace=False):
            same_taste = book % 2 == reader % 2
            stars = random.integers(8, 11) / 2 if same_taste else random.integers(1, 8) / 2
            rows.append((f"reader é{reader}", f"b-{book:02d}", stars))
    return pd.DataFrame(rows, columns=["reader", "isbn", "stars"])


@pytest.fixture(scope="module")
def tables(ratings, run_stage, written, tmp_path_factory):
    """What the jobs write, each one's tables being the next one's inputs."""
    folder = tmp_path_factory.mktemp("books")
    (folder / "books.yml").write_text(yaml.safe_dump(BOOKS), "utf-8")
    ratings.to_parquet(folder / "stars.parquet")
    books = pd.DataFrame(
        {
            "isbn": [f"b-{book:02d}" for book in range(TITLES)],
            "book": [f"Book {book}" for book in range(TITLES)],
            "author": ["?"] + ["Ann"] * (TITLES - 1),
            "page count": range(100, 100 + TITLES),
            "average": 4.5,
        }
    )
    books.to_csv(folder / "books.csv", index=False)
    config = load_config(folder / "books.yml")
    made = {}
    for job in JOBS:
        outputs = run_stage(job, config, made, data=folder)
        for write in (one for one in outputs.writes if one.frame is not None):
            rows = written(outputs, write.table).withColumn(C.RUN_ID, F.lit("run-1"))
            conformed = contracts()[write.table].conform(rows, IdTypes("string", "string"))
            made[write.table] = conformed.localCheckpoint()
    return made


def test_ratings_are_taken_over_on_their_own_scale_with_their_own_ids(tables, ratings):
    rows = tables["ratings"].collect()
    kept = {(row[C.USER_ID], row[C.ITEM_ID]): row[C.RATING] for row in rows}
    assert kept == {(r.reader, r.isbn): r.stars for r in ratings.itertuples()}
    assert {row[C.SPLIT] for row in rows} == {"train", "validation", "test"}


def test_items_are_described_by_their_own_template_without_synopses(tables):
    rows = {row[C.ITEM_ID]: row for row in tables["items"].collect()}
    assert rows["b-00"][C.DESCRIPTION] == "Book 0 by nobody, 100 pages."
    assert rows["b-07"][C.DESCRIPTION] == "Book 7 by Ann, 107 pages."
    assert all(row[C.SYNOPSIS] is None for row in rows.values())
    assert all("average" not in row[C.ATTRIBUTES] for row in rows.values())


def test_likes_go_by_the_scales_own_threshold(tables, ratings):
    history = tables["user_history"]
    counted = sum(F.size(f"likes_{split}") for split in ("train", "validation", "test"))
    likes = history.agg(F.sum(counted)).collect()[0][0]
    assert likes == (ratings.stars >= 4.5).sum()


def test_every_reader_gets_unread_books_from_both_sources(tables, ratings):
    read = ratings.groupby("reader").isbn.agg(set)
    rows = tables["recommendations"].where("history = 'all'").toPandas()
    assert set(rows[C.SOURCE]) == {"popularity", "jaccard"}
    for (_, reader), part in rows.groupby([C.SOURCE, C.USER_ID]):
        assert not set(part[C.ITEM_ID]) & read[reader]
        assert sorted(part[C.RANK]) == list(range(1, len(part) + 1))
    assert rows.groupby(C.SOURCE)[C.USER_ID].nunique().to_dict() == {
        "jaccard": READERS,
        "popularity": READERS,
    }


def test_readers_are_recommended_books_of_their_taste(tables):
    rows = tables["recommendations"].where("source = 'jaccard' AND not fallback").toPandas()
    own = rows[C.ITEM_ID].str[-2:].astype(int) % 2
    reader = rows[C.USER_ID].str.removeprefix("reader é").astype(int) % 2
    assert (own == reader).mean() > 0.9
