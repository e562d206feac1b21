"""A store that has something for every cell of the notebooks, and one that has nothing."""

import shutil
from datetime import timedelta

import pytest
from pyspark.sql import functions as F

from colike.tables import Store
from colike.tables.writes import append

from .story import REJECTED, RUN, events, models, move, pair_rows, pairs, vectors


#: What the second publication has as the first had it.
UNCHANGED = ("published_neighbours", "published_items", "published_pairs")


@pytest.fixture(scope="package")
def whole_store(spark, tiny_store, write, tmp_path_factory):
    """The tiny store after a second run, which trained and published popularity's lists."""
    folder = tmp_path_factory.mktemp("notebooks") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    items = store.read("items").orderBy("item_idx").collect()
    last = store.read("runs").agg(F.max("at"), F.max("entry")).first()
    moved_at = store.read("champion_moves").first()["at"] + timedelta(days=1)
    grown = F.when(F.col("metric") == "recall", F.col("value") / 2).otherwise(F.col("value"))
    again = store.read("evaluation").drop("run_id").withColumn("value", grown)
    lists = store.read("recommendations").where("history = 'all' AND source = 'popularity'")
    rows = {
        "models": models(moved_at),
        "training_pairs": pairs([item.item_id for item in items]),
        "item_embeddings": list(vectors(items)),
        "runs": events(last[0] + timedelta(hours=1), last[1]),
        "champion_moves": [move(moved_at)],
        "quarantine": [REJECTED],
    }
    write(
        store,
        *(append(table, store.frame(table, made)) for table, made in rows.items()),
        append("evaluation", store.frame("evaluation", pair_rows()).unionByName(again)),
        append("published_recommendations", lists.drop("history", "run_id")),
        *(append(table, store.read(table).drop("run_id")) for table in UNCHANGED),
        run_id=RUN,
    )
    return store


@pytest.fixture(scope="package")
def bare_store(spark, tiny_store, write, tmp_path_factory):
    """A store of items that nobody has rated, without any other table."""
    store = Store.open(spark, str(tmp_path_factory.mktemp("bare") / "store"), tiny_store.ids)
    store.create("ratings")
    write(store, append("items", tiny_store.read("items").drop("run_id")))
    return store
