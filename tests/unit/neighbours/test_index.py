import faiss
import numpy as np
import pytest

from colike.neighbours import search
from colike.neighbours.cosine import nearest, rescored
from colike.neighbours.index import tune, write_index
from colike.neighbours.search import candidates
from colike.neighbours.vector_files import VectorFiles

SIZE, DIMENSIONS = 3000, 16


@pytest.fixture(scope="module")
def vectors():
    """Vectors around 60 centres, as a catalogue has its genres."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(60, DIMENSIONS))
    near = centres[random.integers(0, 60, SIZE)] + random.normal(size=(SIZE, DIMENSIONS)) * 0.4
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def index(vectors, tmp_path_factory):
    return index_of(vectors, tmp_path_factory.mktemp("index"))


def index_of(vectors, folder):
    """Items have ids that fall where item_idx rises, so that the two are told apart."""
    files = VectorFiles(folder / "vectors", folder / "items.npy", folder / "order.npy")
    vectors.tofile(files.vectors)
    np.save(files.items, np.arange(len(vectors), dtype=np.int32))
    np.save(files.order, np.arange(len(vectors), dtype=np.int32)[::-1])
    return write_index(files, folder, 7).load()


def exact(index, own, k):
    cosines = index.vectors[own].astype(float) @ index.vectors.T.astype(float)
    cosines[np.arange(len(own)), own] = -1
    return np.argsort(-cosines, axis=1, kind="stable")[:, :k]


def shares_found(index, own, probes):
    """The share of each item's 10 nearest that a search finds; none where it probes nothing."""
    if probes == 0:
        return np.zeros(len(own))
    found = candidates(index, own, probes, 11)
    nearest = exact(index, own, 10)
    return np.array([np.isin(a, b).mean() for a, b in zip(nearest, found, strict=True)])


def test_each_item_is_once_in_the_list_of_its_nearest_centre(vectors, index):
    assert sorted(index.items) == list(range(SIZE))
    assert (index.vectors == vectors[index.items]).all()
    assert (index.order == SIZE - 1 - index.items).all()
    assert len(index.centres) == round(SIZE**0.5)
    lists = np.repeat(np.arange(len(index.centres)), np.diff(index.starts))
    cosines = index.vectors @ index.centres.T
    assert cosines[np.arange(SIZE), lists] == pytest.approx(cosines.max(axis=1), abs=1e-6)


@pytest.mark.parametrize("probes", [1, 4, 1000])
def test_candidates_are_the_nearest_of_the_probed_lists(index, probes, monkeypatch):
    own, size = np.arange(100, 400), 20
    probes = min(probes, len(index.centres))
    lists = np.repeat(np.arange(len(index.centres)), np.diff(index.starts))
    probed = np.argsort(-(index.vectors[own] @ index.centres.T), axis=1)[:, :probes]
    cosines = index.vectors[own] @ index.vectors.T
    for row, chosen in enumerate(probed):
        cosines[row, ~np.isin(lists, chosen)] = -np.inf
    best = -np.sort(-cosines, axis=1)[:, :size]
    for cells in (search.CELLS, 100):  # the second cuts the products of a list into single rows
        monkeypatch.setattr(search, "CELLS", cells)
        found = candidates(index, own, probes, size)
        theirs = np.where(found < 0, -np.inf, np.take_along_axis(cosines, found, axis=1))
        np.testing.assert_allclose(theirs, best, atol=1e-6)
        assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in found)


def test_equal_candidates_fall_in_the_order_of_ids(tmp_path):
    # Entries of -1/4 and 1/4: products are exact in any order of adding, on any processor.
    bits = (np.arange(40)[:, None] * 977 >> np.arange(DIMENSIONS)) & 1
    twins = np.repeat(((2 * bits - 1) / 4).astype(np.float32), 5, axis=0)
    index = index_of(twins, tmp_path)
    places = np.arange(200)
    found = candidates(index, places, len(index.centres), 5)
    assert (index.items[found] // 5 == index.items[:, None] // 5).all()
    assert (np.diff(index.order[found], axis=1) > 0).all()
    # Where only three of the five fit, they are those that the ids put first.
    few = candidates(index, places, len(index.centres), 3)
    assert (few == found[:, :3]).all()


def test_a_tuned_search_probes_no_more_lists_than_it_must(index):
    """What is asked for is the lower end of an interval, 1.645 standard errors below the mean."""
    for share in (0.5, 0.9, 0.98, 1.0):
        tuned = tune(index, share, SIZE, 1, 7)
        fewer = shares_found(index, np.arange(SIZE), tuned.probes - 1)
        assert fewer.mean() - 1.645 * fewer.std() / SIZE**0.5 < share
        found = shares_found(index, np.arange(SIZE), tuned.probes)
        assert found.mean() - 1.645 * found.std() / SIZE**0.5 >= share
        assert tuned.recall == pytest.approx(found.mean(), abs=1e-4)


def test_what_is_tuned_on_a_few_items_holds_for_all(index):
    """19 samples in 20 must lead to a search with the recall asked for."""
    probes = [tune(index, 0.9, 100, 1, seed).probes for seed in range(40)]
    recall = {n: shares_found(index, np.arange(SIZE), n).mean() for n in set(probes)}
    assert sum(recall[n] >= 0.9 for n in probes) >= 36


def test_an_item_with_many_twins_counts_its_ten_others(vectors, tmp_path):
    twins = index_of(np.repeat(vectors[:20], 30, axis=0), tmp_path)
    assert tune(twins, 1.0, 600, 1, 7).recall == 1


def test_probed_lists_hold_as_many_candidates_as_are_wanted(index):
    wanted = 200
    tuned = tune(index, 0.1, SIZE, wanted, 7)
    assert tuned.probes > tune(index, 0.1, SIZE, 1, 7).probes
    assert (candidates(index, np.arange(SIZE), tuned.probes, wanted) >= 0).all()


@pytest.mark.parametrize("size", [1, 2, 6])
def test_a_catalogue_of_a_few_items_has_an_index_too(vectors, tmp_path, size):
    few = index_of(vectors[:size], tmp_path)
    tuned = tune(few, 0.98, 100, 61, 7)
    assert tuned.recall == 1
    found = candidates(few, np.arange(size), tuned.probes, 61)
    assert ((found >= 0).sum(axis=1) == size).all()


def test_candidates_are_ordered_by_exact_cosine_then_id_and_gaps_come_last(vectors):
    few = np.array([[1, 0], [0.6, 0.8], [0.6, 0.8], [0, 1]], np.float32)
    found = np.array([[3, 0, 1, -1, 2]])
    near = rescored(few, np.array([0]), found, np.array([0, 2, 1, 3], np.int32))
    assert near.items.tolist() == [[2, 1, 3, -1, -1]]
    assert near.weights[0, :3] == pytest.approx([0.6, 0.6, 0.0])


def test_exact_neighbours_are_those_of_a_flat_index_of_faiss(vectors):
    order = np.arange(SIZE, dtype=np.int32)
    found = nearest(vectors, order, 10, 10)
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(vectors)
    theirs = rescored(vectors, np.arange(SIZE), flat.search(vectors, 21)[1], order)
    assert found.items.tolist() == theirs.items[:, :10].tolist()
    assert found.weights.tolist() == theirs.weights[:, :10].tolist()
