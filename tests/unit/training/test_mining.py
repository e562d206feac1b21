import numpy as np
import pytest

from colike.snapshot.manifest import open_snapshot
from colike.snapshot.settings import TrainSettings
from colike.training.mining import DEPTH, Mining
from colike.training.nearest import nearest
from colike.training.objectives import OBJECTIVES
from colike.training.objectives.base import Share, TrainData
from colike.training.relations import JaccardIndex

pytestmark = pytest.mark.torch


def unit(rows, dimensions=4, seed=2):
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_nearest_are_those_of_all_cosines(monkeypatch):
    monkeypatch.setattr("colike.training.nearest._ROWS", 7)
    vectors = unit(20)
    rows, cosines = nearest(vectors, 5)
    whole = vectors @ vectors.T
    np.fill_diagonal(whole, -2)
    assert np.array_equal(rows, np.argsort(-whole, axis=1)[:, :5])
    assert cosines == pytest.approx(-np.sort(-whole, axis=1)[:, :5], abs=1e-6)
    assert nearest(vectors[:3], 5)[0].shape == (3, 2)


def test_hard_negatives_are_near_and_liked_together_less_than_chance():
    items = np.int32([3, 5, 8, 9])
    likes = np.array([100.0, 100.0, 50.0, 40.0])
    # Of 1,000 users 10 like 3 and 5 by chance: a jaccard of 10 / 190. 8 and 9 have none known.
    index = JaccardIndex.of(np.int32([3, 3]), np.int32([5, 8]), np.array([11 / 189, 4 / 146]))
    hard = Mining(items, likes, index, users=1000).hard(unit(4))
    pairs = {
        tuple(sorted((int(item), int(other))))
        for row, item in enumerate(hard.items)
        for other in hard.partners[hard.starts[row] : hard.starts[row + 1]]
    }
    assert pairs == {(3, 8), (3, 9), (5, 8), (5, 9), (8, 9)}


def test_only_items_with_enough_likes_are_mined(make_snapshot):
    snapshot = open_snapshot(make_snapshot())
    among = np.int32([1, 2, 3])
    assert Mining.of(snapshot, among, min_likes=20, users=100).items.tolist() == [1, 2, 3]
    assert Mining.of(snapshot, among, min_likes=21, users=100).items.tolist() == []


@pytest.mark.parametrize("name", ["graded", "mnr", "head"])
def test_mined_items_are_added_to_their_anchors(make_snapshot, name):
    settings = TrainSettings(objective=name, mine_steps=1)
    objective = OBJECTIVES[name](TrainData(open_snapshot(make_snapshot()), settings, 4, users=100))
    assert objective.mining is not None
    before = next(iter(objective.steps(Share(1, 5))))
    # Items of one theme are liked together, so hard negatives are of other themes.
    objective.hard = objective.mining.hard(unit(len(objective.mining.items)))
    first = objective.hard.partners[: objective.hard.starts[1]]
    assert (first // 14 != objective.hard.items[0] // 14).all()
    assert len(first) >= DEPTH / 2
    after = next(iter(objective.steps(Share(1, 5))))
    if name == "mnr":
        assert len(after.candidates) == 10
    else:
        assert set(before.items) < set(after.items)
        assert len(after.items) >= len(before.items) + 3
