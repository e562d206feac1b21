import faiss
import numpy as np
import pytest

from colike.neighbours.cosine import rescored
from colike.neighbours.index import build_index, read_index, set_effort, tune, write_index

SIZE, DIMENSIONS = 3000, 16


@pytest.fixture(scope="module")
def vectors():
    """Vectors around 60 centres, as a catalogue has its genres."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(60, DIMENSIONS))
    near = centres[random.integers(0, 60, SIZE)] + random.normal(size=(SIZE, DIMENSIONS)) * 0.4
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def recall(index, vectors, own):
    exact = np.argsort(-(vectors[own] @ vectors.T), axis=1, kind="stable")[:, :11]
    _, found = index.search(vectors[own], 11)
    return np.mean([len(set(a) & set(b)) / 11 for a, b in zip(exact, found, strict=True)])


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_a_tuned_index_finds_what_was_asked_for_on_other_items_too(vectors, kind):
    index = build_index(vectors, kind, 7)
    tuned = tune(index, vectors, 0.98, 300, 7)
    assert tuned.recall >= 0.98
    set_effort(index, tuned.effort)
    others = np.arange(0, SIZE, 7)
    assert recall(index, vectors, others) > 0.96


def test_effort_is_no_larger_than_it_must_be(vectors):
    index, all_of_them = build_index(vectors, "ivf", 7), np.arange(SIZE)
    efforts = []
    for share in (0.5, 0.9, 0.999):
        efforts.append(tune(index, vectors, share, SIZE, 7).effort)
        set_effort(index, efforts[-1])
        assert recall(index, vectors, all_of_them) >= share
        set_effort(index, efforts[-1] - 1 or 1)
        assert efforts[-1] == 1 or recall(index, vectors, all_of_them) < share
    assert efforts[0] < efforts[-1] <= index.nlist


def test_a_written_index_is_mapped_and_answers_alike(vectors, tmp_path):
    index = build_index(vectors, "ivf", 7)
    write_index(index, tmp_path / "index")
    mapped = read_index(tmp_path / "index")
    for each in (index, mapped):
        set_effort(each, 8)
    asked = vectors[:50]
    assert (index.search(asked, 5)[1] == mapped.search(asked, 5)[1]).all()


def test_a_catalogue_of_a_few_items_has_an_index_too(vectors):
    few = vectors[:6]
    index = build_index(few, "ivf", 7)
    assert tune(index, few, 0.98, 100, 7).recall == 1


def test_candidates_are_ordered_by_exact_cosine_then_id_and_gaps_come_last(vectors):
    few = np.array([[1, 0], [0.6, 0.8], [0.6, 0.8], [0, 1]], np.float32)
    found = np.array([[3, 0, 1, -1, 2]])
    near = rescored(few, np.array([0]), found, np.array([0, 2, 1, 3], np.int32))
    assert near.items.tolist() == [[2, 1, 3, -1, -1]]
    assert near.weights[0, :3] == pytest.approx([0.6, 0.6, 0.0])


@pytest.mark.skipif(
    not (hasattr(faiss, "get_num_gpus") and faiss.get_num_gpus()),
    reason="faiss sees no GPU here",
)
def test_neighbours_found_on_a_gpu_are_those_of_the_cpu(vectors):
    from colike.neighbours import cosine

    order = np.arange(SIZE, dtype=np.int32)
    on_gpu = cosine.nearest(vectors, order, 10, 10)
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(vectors)
    _, found = flat.search(vectors, 21)
    on_cpu = cosine.rescored(vectors, np.arange(SIZE), found, order)
    assert (on_gpu.items == on_cpu.items[:, :10]).mean() > 0.999
    np.testing.assert_allclose(on_gpu.weights, on_cpu.weights[:, :10], atol=1e-5)
