import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from colike.training.anchors import Anchors

ODDS = st.lists(st.floats(1.0, 1e5), min_size=1, max_size=40)


@given(odds=ODDS, seed=st.integers(0, 99))
def test_each_item_has_the_places_of_its_odds_but_for_less_than_one(odds, seed):
    items = np.arange(len(odds), dtype=np.int32) * 3
    counts = np.bincount(Anchors(items, np.array(odds)).epoch(seed, 0), minlength=3 * len(odds))
    worth = len(odds) * np.array(odds) / sum(odds)
    assert counts.sum() == len(odds)
    assert (np.abs(counts[items] - worth) < 1 + 1e-6).all()


@given(size=st.integers(1, 500), seed=st.integers(0, 99))
def test_equal_odds_give_each_item_once(size, seed):
    items = np.arange(size, dtype=np.int32)
    drawn = Anchors(items, np.full(size, 0.1)).epoch(seed, 3)
    assert sorted(drawn.tolist()) == items.tolist()


def test_over_epochs_a_rare_item_is_an_anchor_as_often_as_its_odds_say():
    anchors = Anchors(np.int32([5, 6, 7, 8]), np.array([10.0, 5.0, 4.0, 1.0]))
    drawn = np.concatenate([anchors.epoch(seed=2, epoch=epoch) for epoch in range(1000)])
    shares = [float((drawn == item).mean()) for item in (5, 6, 7, 8)]
    assert np.allclose(shares, [0.5, 0.25, 0.2, 0.05], atol=0.01)


def test_epochs_differ_and_come_again_with_the_seed():
    anchors = Anchors(np.arange(50, dtype=np.int32), np.ones(50))
    assert (anchors.epoch(1, 0) == anchors.epoch(1, 0)).all()
    assert (anchors.epoch(1, 0) != anchors.epoch(1, 1)).any()
    assert (anchors.epoch(1, 0) != anchors.epoch(2, 0)).any()


def test_odds_are_a_power_of_the_snapshots_likes(tmp_path):
    table = {"item_idx": pa.array([2, 9, 4], pa.int32()), "likes": pa.array([16, 0, 25])}
    pq.write_table(pa.table(table), tmp_path / "items.parquet")
    items = np.int32([4, 9, 2])
    assert Anchors.read([tmp_path / "items.parquet"], items, 0.5).odds.tolist() == [5.0, 1.0, 4.0]
    assert Anchors.read([tmp_path / "items.parquet"], items, 0.0).odds.tolist() == [1.0, 1.0, 1.0]
