"""Source hybrid: EASE's weights and the nearest items by text, added up."""

import numpy as np
import pytest

from colike import columns as C
from colike.config import load_config
from colike.config.sources import HybridConfig
from colike.sources.hybrid import Hybrid, Trial

from .test_own_source import random_vectors

OVERRIDES = (
    "embed.tags=null",
    "sources.ease.regularization=20",
    "sources.hybrid.shares=[0.2]",
    "sources.hybrid.unseen_shares=[0.8]",
    "sources.hybrid.unseen=1",
    "sources.ranker=null",
)


@pytest.fixture(scope="module")
def job(tiny_store, run_stage, written):
    """The edges by source, and the figures, of job neighbours on the tiny data with vectors."""
    tables = ("items", "user_history", "item_similarity")
    frames = {table: tiny_store.read(table) for table in tables}
    frames["item_embeddings"] = random_vectors(tiny_store)
    outputs = run_stage("neighbours", load_config("conf/mal2020.yml", OVERRIDES), frames)
    edges = {}
    for row in written(outputs, "item_neighbours").collect():
        mine = edges.setdefault(row[C.SOURCE], {})
        mine[row[C.ITEM_ID], row[C.NEIGHBOUR_ID]] = (row[C.RANK], row[C.WEIGHT])
    return edges, outputs.figures


def test_an_edge_is_eases_weight_and_a_share_of_the_cosine_of_the_three_nearest(job, tiny_store):
    edges, figures = job
    likes = {
        item for row in tiny_store.read("user_history").collect() for item in row["likes_train"]
    }
    number = dict(tiny_store.read("items").select(C.ITEM_ID, C.ITEM_IDX).collect())
    near = {key: weight for key, (rank, weight) in edges["base"].items() if rank <= 3}
    factors = {True: set(), False: set()}
    for key, (_, weight) in edges["hybrid"].items():
        known = edges["ease"].get(key, (0, 0.0))[1]
        if key in near:
            factors[number[key[1]] in likes].add(round((weight - known) / near[key], 5))
        else:
            assert weight == pytest.approx(known, abs=1e-9)
    (of_known,) = factors[True]
    assert figures["hybrid.share"] == (0.2, "of base")
    assert of_known > 0
    # Titles that nobody likes get more of the text: .8 against .2.
    assert all(factor == pytest.approx(4 * of_known, rel=1e-3) for factor in factors[False])
    assert set(edges["hybrid"]) <= {*edges["ease"], *near}


def test_ranks_are_dense_by_the_size_of_the_weight(job):
    by_item = {}
    for (item, _), (rank, weight) in job[0]["hybrid"].items():
        by_item.setdefault(item, []).append((rank, -abs(weight)))
    for rows in by_item.values():
        rows.sort()
        assert [rank for rank, _ in rows] == list(range(1, len(rows) + 1))
        assert [size for _, size in rows] == sorted(size for _, size in rows)


def test_every_trial_is_among_the_figures(job):
    figures = job[1]
    assert set(figures) >= {
        "hybrid.recall.0.2",
        "hybrid.recall.unseen_share.0",
        "hybrid.recall.unseen_share.0.8",
        "hybrid.unseen_recall.0.8",
    }
    assert figures["hybrid.unseen_recall.0"][0] == 0, "EASE alone finds nothing that is new"


TRIALS = [Trial(0.0, 0.40, 0.0), Trial(0.4, 0.40, 0.02), Trial(0.8, 0.39, 0.1), Trial(2, 0.3, 0.2)]


@pytest.mark.parametrize(("unseen", "share"), [(0, 0.4), (0.01, 0.4), (0.03, 0.8), (1, 2)])
def test_the_dial_says_how_much_recall_may_be_given_up_for_new_items(unseen, share):
    settings = HybridConfig(
        texts=["base"], neighbours=3, shares=[0.1], unseen_shares=[0.1], unseen=unseen
    )
    assert Hybrid(settings, None)._chosen(TRIALS, 0.4).share == share


def test_without_vectors_there_is_no_hybrid(tiny_store, run_stage, written):
    tables = ("items", "user_history", "item_similarity")
    frames = {table: tiny_store.read(table) for table in tables}
    outputs = run_stage("neighbours", load_config("conf/mal2020.yml", OVERRIDES), frames)
    rows = written(outputs, "item_neighbours").select(C.SOURCE).distinct().collect()
    assert {row[0] for row in rows} == {"jaccard", "ease"}
    assert np.isfinite(outputs.figures["ease.residual"][0])
