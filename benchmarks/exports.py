"""The input of peers: plain Parquet of a case's likes, ratings and neighbours, made once."""

from collections.abc import Callable
from pathlib import Path

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from benchmarks.histories import CONFIG, store_of
from benchmarks.vectors import PARTS, embedded
from colike import columns as C
from colike.config import load_config
from colike.data.history import seen_in
from colike.data.splits import TRAIN
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.tables import Store

NUMBER = "user_number"
NEIGHBOURS = 50
# The only embedder that has vectors in these stores.
VECTORS = "sources.hybrid.texts=[base]"
#: How all sources are fitted: once for a benchmark of fits, and no more for those of lists.
FITTED = (
    f"neighbours.k={NEIGHBOURS}",
    "similarity.min_colikes=5",
    "recommend.sources=[ranker]",
    VECTORS,
)


def likes_of(case: str, folder: Path) -> Path:
    """Return the train likes of a case: user_id, user_number, item_idx, rating.

    user_number is dense from 0, rating is 1.
    """
    return _rows_of(case, folder, "likes", lambda: F.col("likes_train"))


def seen_of(case: str, folder: Path) -> Path:
    """Return all train ratings of a case, in the form of `likes_of`."""
    return _rows_of(case, folder, "seen", lambda: seen_in(TRAIN))


def neighbours_of(case: str, folder: Path) -> Path:
    """Return the Jaccard neighbours of a case: item_idx, rank, neighbour_idx, weight.

    The store then has them, and what all other sources were fitted to, in its own tables as well:
    a benchmark of fits leaves those of one source there, and they are made again.
    """
    out = store_of(case, folder) / "neighbours"
    store = _store(out.parent)
    _run(store, "similarity", "neighbours")
    if not (out / "_SUCCESS").exists():
        _numbered(store).write.mode("overwrite").parquet(str(out))
    return out


def similarity_of(case: str, folder: Path) -> Path:
    """Return the store of a case with what sources are fitted to besides its history."""
    out = vectors_of(case, folder)
    _run(_store(out), "similarity")
    return out


def vectors_of(case: str, folder: Path) -> Path:
    """Return the store of a case with generated vectors of its items in table item_embeddings."""
    out = store_of(case, folder)
    store = _store(out)
    if not store.exists("item_embeddings"):
        ids = store.read("items").select(C.ITEM_ID).repartition(PARTS)
        embedded(ids).write.format("delta").save(str(out / "tables" / "item_embeddings"))
    return out


def _run(store: Store, *jobs: str) -> None:
    config = load_config(CONFIG, FITTED)
    run_stages(Run(config, store, new_run_id(), None, PlainReporter()), stages(list(jobs)))


def _store(folder: Path) -> Store:
    return open_store(load_config(CONFIG), str(folder))


def _rows_of(case: str, folder: Path, name: str, items: Callable[[], Column]) -> Path:
    out = store_of(case, folder) / name
    if not (out / "_SUCCESS").exists():
        history = _store(out.parent).read("user_history")
        dense = F.row_number().over(Window.orderBy(C.USER_ID)) - 1
        numbered = history.select(C.USER_ID, items().alias(C.ITEMS), dense.alias(NUMBER))
        rows = numbered.select(
            C.USER_ID, NUMBER, F.explode(C.ITEMS).alias(C.ITEM_IDX), F.lit(1.0).alias(C.RATING)
        )
        rows.write.mode("overwrite").parquet(str(out))
    return out


def _numbered(store: Store) -> DataFrame:
    items = store.read("items").select(C.ITEM_ID, C.ITEM_IDX)
    other = items.toDF(C.NEIGHBOUR_ID, "neighbour_idx")
    mine = store.read("item_neighbours").where(F.col(C.SOURCE) == "jaccard")
    rows = mine.join(F.broadcast(items), C.ITEM_ID).join(F.broadcast(other), C.NEIGHBOUR_ID)
    return rows.select(C.ITEM_IDX, C.RANK, "neighbour_idx", C.WEIGHT).coalesce(1)
