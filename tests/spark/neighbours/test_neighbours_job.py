"""The job neighbours on frames: exact and by an index."""

import numpy as np
import pytest

from colike import columns as C
from colike.config import load_config

SIZE = 200
WITHOUT = range(3, SIZE, 10)


@pytest.fixture(scope="module")
def frames(frame_store):
    """200 titles with vectors for nine in ten, and the similarity of two of them."""
    tables, random = frame_store({}), np.random.default_rng(0)
    items = [
        {
            "item_id": 5000 - index,
            "item_idx": index,
            "title": f"Title {index}",
            "attributes": {},
            "synopsis": None,
            "description": f"Title {index}.",
            "synopsis_cut": False,
            "content_hash": f"hash {index}",
        }
        for index in range(SIZE)
    ]
    # Of one digit, so that cosines tie.
    vectors = random.normal(size=(SIZE, 6)).round(1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    embeddings = [
        {
            "model_id": "random",
            "source": "base",
            "item_id": item["item_id"],
            "embedding": vector.tolist(),
            "content_hash": item["content_hash"],
            "encoding": None,
        }
        for item, vector in zip(items, vectors, strict=True)
        if item["item_idx"] not in WITHOUT
    ]
    similar = {"item_a": 4990, "item_b": 5000, "likes_a": 4, "likes_b": 4, "colikes": 2}
    rows = {
        "items": items,
        "item_embeddings": embeddings,
        "item_similarity": [{**similar, "jaccard": 1 / 3, "method": "tiled"}],
        "user_history": [],
    }
    return {name: tables.frame(name, made).repartition(2).cache() for name, made in rows.items()}


@pytest.fixture(scope="module")
def neighbours(run_stage, written, frames):
    """Runs the job; gives the neighbours by source and item, best first, and its figures."""

    def run(*overrides):
        config = load_config(
            "conf/mal2020.yml", ("embed.tags=null", "sources.ranker=null", *overrides)
        )
        outputs = run_stage("neighbours", config, frames)
        rows = written(outputs, "item_neighbours").orderBy(C.SOURCE, C.ITEM_ID, C.RANK).collect()
        found = {}
        for row in rows:
            mine = found.setdefault((row[C.SOURCE], row[C.ITEM_ID]), [])
            mine.append((row[C.RANK], row[C.NEIGHBOUR_ID], row[C.WEIGHT]))
        return found, outputs.figures

    return run


@pytest.fixture(scope="module")
def exact(neighbours):
    return neighbours("neighbours.exact_up_to=200")


def test_every_source_that_has_neighbours_has_rows_and_the_others_have_none(exact):
    found, _ = exact
    assert {source for source, _ in found} == {"jaccard", "base"}
    assert found["jaccard", 4990] == [(1, 5000, 1 / 3)]
    assert found["jaccard", 5000] == [(1, 4990, 1 / 3)]


def test_an_index_that_must_find_all_ten_nearest_gives_the_exact_rows(exact, neighbours):
    wanted, exact_figures = exact
    found, figures = neighbours("neighbours.exact_up_to=179", "neighbours.recall=1")
    assert len(wanted) == 180 + 2
    assert {key: rows[:10] for key, rows in found.items()} == {
        key: rows[:10] for key, rows in wanted.items()
    }
    assert figures["neighbours.recall.base"] == (1, "share of the 10 nearest")
    assert figures["neighbours.probes.base"][0] >= 1
    assert not [name for name in exact_figures if name.startswith("neighbours.")]


@pytest.mark.parametrize("exact_up_to", [0, 200])
def test_titles_without_a_vector_have_no_neighbours_and_are_none(neighbours, exact_up_to):
    found, _ = neighbours(f"neighbours.exact_up_to={exact_up_to}", "neighbours.k=50")
    mine = {item: rows for (source, item), rows in found.items() if source == "base"}
    named = set(mine) | {other for rows in mine.values() for _, other, _ in rows}
    assert len(named) == 180
    assert not named & {5000 - index for index in WITHOUT}
