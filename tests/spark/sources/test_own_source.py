"""A source of one's own, from its class to `colike recommend`: the example to copy.

In a checkout the class is a file of lib/colike/sources/ and its line stands in registry.py; here
the tests put it into the registry. Nothing else has to know of it.
"""

import json
import shutil
from dataclasses import dataclass

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.config.section import ANCHORS
from colike.neighbours.ranking import jaccard_neighbours
from colike.sources import registry
from colike.sources.base import Neighbours
from colike.sources.neighbour import fit_neighbours
from colike.sources.profile import FittedProfile
from colike.tables import Store

CHOSEN = (
    "recommend.sources=[popularity,genres]",
    "recommend.neighbours_grid=[10]",
    "evaluate.baseline=popularity",
    "evaluate.bootstrap_replicates=5",
    "evaluate.protocols=[holdout]",
    "publish.gate=off",
    "evaluate.ks=[10]",
)


# A source whose items have neighbours: it says which, and the rest is there already.


@dataclass(frozen=True)
class SharedGenres:
    """Items with the same genres: the jaccard of the two sets."""

    name: str = "genres"
    has_weighted_reasons: bool = True

    def neighbours(self, work):
        genres = F.split(F.col(C.ATTRIBUTES)["Genres"], ", ")
        items = work.tables.read("items").select(C.ITEM_ID, genres.alias("genres"))
        a, b = (items.select(F.col(C.ITEM_ID).alias(side), F.col("genres").alias(f"of_{side}"))
                for side in (C.ITEM_A, C.ITEM_B))  # fmt: skip
        shared = F.size(F.array_intersect("of_item_a", "of_item_b"))
        either = F.size(F.array_union("of_item_a", "of_item_b"))
        pairs = a.join(b, F.col(C.ITEM_A) < F.col(C.ITEM_B)).where(shared > 0)
        rows = pairs.select(C.ITEM_A, C.ITEM_B, (shared / either).alias(C.JACCARD))
        return Neighbours(jaccard_neighbours(rows, work.settings.k))

    def fit(self, tables, catalogue, settings):
        return fit_neighbours(tables, self.name, catalogue, settings)


@pytest.fixture
def store(spark, tiny_store, tmp_path):
    """A store with the inputs of the tiny one, in which no job has run."""
    for table in ("ratings", "items", "user_history", "item_similarity"):
        shutil.copytree(f"{tiny_store.location.root}/tables/{table}", tmp_path / "tables" / table)
    return Store.open(spark, str(tmp_path), tiny_store.ids)


def test_a_source_of_ones_own_goes_through_the_chain_to_the_command_line(
    store, run_jobs, typed, monkeypatch
):
    monkeypatch.setitem(registry.SOURCES, "genres", SharedGenres())

    run_jobs(
        load_config("conf/mal2020.yml", CHOSEN), store, ["neighbours", "recommend", "evaluate"]
    )

    measured = store.read("evaluation").select(C.SOURCE).distinct().collect()
    assert {row[0] for row in measured} == {"popularity", "genres", *ANCHORS}
    user = str(store.read("user_history").orderBy(C.USER_ID).first()[C.USER_ID])
    asked = ("recommend", user, "--source", "genres", "--json", "--store", store.location.name)
    code, out, _ = typed(*asked)
    first = json.loads(out)[0]
    assert code == 0
    assert first["source"] == "genres"
    assert first["because"], "the likes that share its genres"
    assert first["cosine"] == first["because"][0]["part"] <= 1


# A source whose items have vectors: it says which, and the scorer is profile's.


@dataclass(frozen=True)
class GenreVectors:
    """The user is the sum of the genres of what they like."""

    name: str = "taste"
    has_weighted_reasons: bool = False

    def neighbours(self, work):
        return None

    def fit(self, tables, catalogue, settings):
        items = tables.read("items").orderBy(C.ITEM_IDX).select(C.ATTRIBUTES).collect()
        genres = [row[C.ATTRIBUTES].get("Genres", "").split(", ") for row in items]
        names = sorted({name for mine in genres for name in mine})
        vectors = np.array([[name in mine for name in names] for mine in genres], np.float32)
        return FittedProfile(self.name, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_a_source_of_vectors_works_beside_profile_under_a_name_of_its_own(
    tiny_store, run_stage, written, monkeypatch
):
    monkeypatch.setitem(registry.SOURCES, "taste", GenreVectors())
    frames = {
        table: tiny_store.read(table) for table in ("items", "user_history", "item_neighbours")
    }
    frames["item_embeddings"] = random_vectors(tiny_store)
    chosen = ("recommend.sources=[profile,taste]", "recommend.profile.embedder=base")

    outputs = run_stage("recommend", load_config("conf/mal2020.yml", chosen), frames)

    lists = {}
    for row in written(outputs, "recommendations").where("history = 'all'").collect():
        lists.setdefault(row[C.SOURCE], {})[row[C.USER_ID], row[C.RANK]] = row[C.ITEM_ID]
    assert set(lists) == {"profile", "taste"}
    assert set(lists["profile"]) == set(lists["taste"]), "both have a list for everyone"
    assert lists["profile"] != lists["taste"]
    assert outputs.row_sets["profile"] != outputs.row_sets["taste"]


def random_vectors(store):
    """Rows of item_embeddings of embedder `base`."""
    items = store.read("items").select(C.ITEM_ID, C.CONTENT_HASH).collect()
    drawn = np.random.default_rng(0).normal(size=(len(items), 4))
    vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    shared = {C.SOURCE: "base", C.MODEL_ID: "random", C.ENCODING: None}
    rows = [
        {**shared, **item.asDict(), C.EMBEDDING: vector.tolist()}
        for item, vector in zip(items, vectors, strict=True)
    ]
    return store.frame("item_embeddings", rows)
