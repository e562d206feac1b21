"""Protocol unseen: what is fitted knows nothing of the held-out items, and they are looked for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.history import without_items
from colike.data.splits import train_likes
from colike.evaluation.protocols.unseen import (
    AMONG,
    Refit,
    fits_without,
    unseen_lists,
    unseen_ratings,
)
from colike.pairs.heldout import heldout_items
from colike.recommend.catalogue import collect_catalogue
from colike.tables import IdTypes

from ...histories import ARRAYS

CONFIG = load_config(
    "conf/mal2020.yml",
    ["recommend.sources=[popularity,jaccard,ease,base,hybrid]", "embed.tags=null",
     "recommend.neighbours_grid=[3]", "sources.hybrid.unseen=1"],
)  # fmt: skip
IDS = IdTypes(CONFIG.data.user_id_type, CONFIG.data.item_id_type)
K = 10


@pytest.fixture(scope="module")
def frames(tiny_store):
    """What the protocol reads, with genres for a base embedder's vectors."""
    items = tiny_store.read("items").cache()
    found = items.select(C.ITEM_ID, C.CONTENT_HASH, C.ATTRIBUTES).collect()
    genres = [row[C.ATTRIBUTES].get("Genres", "").split(", ") for row in found]
    names = sorted({name for mine in genres for name in mine})
    vectors = np.array([[name in mine for name in names] for mine in genres], np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shared = {C.SOURCE: "base", C.MODEL_ID: "genres", C.ENCODING: None}
    rows = [
        {**shared, **item.asDict(), C.EMBEDDING: vector.tolist()}
        for item, vector in zip(found, vectors, strict=True)
    ]
    return {
        "items": items,
        "user_history": tiny_store.read("user_history").cache(),
        "ratings": tiny_store.read("ratings").cache(),
        "item_embeddings": tiny_store.frame("item_embeddings", rows).cache(),
    }


@pytest.fixture(scope="module")
def held(frames):
    """Which items are held out, by item_idx."""
    mask = np.zeros(frames["items"].count(), np.bool_)
    mask[heldout_items(frames["items"], CONFIG.heldout)] = True
    assert 8 < mask.sum() < 40
    return mask


def refit(tmp_path_factory):
    return Refit(
        CONFIG.heldout,
        CONFIG.similarity,
        CONFIG.neighbours,
        CONFIG.recommend,
        CONFIG.known_sources,
        IDS,
        tmp_path_factory.mktemp("scratch"),
        lambda frame: frame.cache(),
    )


def refitted(tables, refit):
    whole = collect_catalogue(tables.read("items"), train_likes(tables.read("user_history")))
    return fits_without(tables, whole, refit)


@pytest.fixture(scope="module")
def fits(frames, frame_store, tmp_path_factory):
    return refitted(frame_store(frames), refit(tmp_path_factory))


def test_histories_lose_exactly_these_items(frames, held):
    taken = set(np.flatnonzero(held).tolist())
    before = frames["user_history"].orderBy(C.USER_ID).collect()
    after = without_items(frames["user_history"], held).orderBy(C.USER_ID).collect()
    assert [row[C.USER_ID] for row in after] == [row[C.USER_ID] for row in before]
    for row, whole in zip(after, before, strict=True):
        for name in ARRAYS:
            assert row[name] == [item for item in whole[name] if item not in taken]


def test_ratings_of_held_out_items_change_nothing_that_is_fitted(
    fits, frames, held, frame_store, tmp_path_factory
):
    taken = F.array(*(F.lit(int(item)) for item in np.flatnonzero(held)))
    liked = F.array_sort(F.array_union(F.array_except(C.LIKES_TRAIN, taken), taken))
    others = {name: F.array_except(name, taken) for name in ARRAYS if name != C.LIKES_TRAIN}
    poisoned = frames["user_history"].withColumns({C.LIKES_TRAIN: liked, **others})
    poisoned = frames | {"user_history": poisoned.cache()}
    again = refitted(frame_store(poisoned), refit(tmp_path_factory))

    assert [source.name for source, _ in fits.sources] == list(CONFIG.recommend.sources)
    assert [(source.name, source.fingerprint, depth) for source, depth in again.sources] == [
        (source.name, source.fingerprint, depth) for source, depth in fits.sources
    ]
    assert np.array_equal(again.catalogue.popular, fits.catalogue.popular)
    assert (fits.catalogue.likes[held] == 0).all()


def test_who_is_asked_for_what(fits, tiny_store):
    ratings = tiny_store.read("ratings").toPandas()
    ids = set(fits.catalogue.ids[fits.unseen])
    of_unseen = ratings[ratings.item_id.isin(ids)]
    others = ratings[~ratings.item_id.isin(ids) & (ratings.rating >= 9) & (ratings.split != "test")]
    expected = of_unseen[of_unseen.user_id.isin(set(others.user_id))]

    every = unseen_ratings(tiny_store.read("ratings"), fits, 1000).toPandas()
    assert sorted(zip(every.user_id, every.item_id, strict=True)) == sorted(
        zip(expected.user_id, expected.item_id, strict=True)
    )
    few = unseen_ratings(tiny_store.read("ratings"), fits, 5).toPandas()
    assert few.user_id.nunique() == 5
    assert len(few) == every.user_id.isin(set(few.user_id)).sum()


def test_lists_find_unseen_items_by_text_alone(fits, frames):
    users = frames["user_history"].select(C.USER_ID)
    found = {}
    lists = unseen_lists(fits, frames["items"], users, K, IDS).toPandas()
    for name, rows in lists.groupby(C.SOURCE):
        listed = [item for row in rows[C.ITEMS] for item in row]
        found[tuple(name.split())] = fits.unseen[listed].mean()
    known = ("popularity", "jaccard", "ease")
    assert {source: found["unseen", source] for source in known} == dict.fromkeys(known, 0)
    assert found["unseen", "base"] > 0.02
    # No source without text can list an item that nobody has rated.
    assert {source for ranking, source in found if ranking == AMONG} == {"base", "hybrid"}
    assert found[AMONG, "base"] == found[AMONG, "hybrid"] == 1


def test_without_liked_items_that_are_held_out_there_is_nothing_to_measure(
    frames, frame_store, tmp_path_factory
):
    none = replace(
        refit(tmp_path_factory), heldout=CONFIG.heldout.model_copy(update={"heldout_items": 0.0})
    )
    assert refitted(frame_store(frames), none) is None


@pytest.mark.parametrize("protocol", ["unseen", "unseen_among"])
def test_job_evaluate_measures_it_for_every_source(tiny_store, protocol):
    rows: pd.DataFrame = tiny_store.read("evaluation").toPandas()
    mine = rows[(rows.protocol == protocol) & (rows.metric == "recall") & (rows.k == K)]
    mine = mine[(mine.segment == "all") & mine.versus.isna()]
    assert set(mine.source) == {"popularity", "jaccard"}
    assert (mine.value == 0).all(), "neither knows of an item without likes"
    assert (mine.n > 20).all()
