import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colike.training.relations import JaccardIndex, Partners


def test_jaccard_is_found_in_both_directions_and_only_among_the_wanted_items(tmp_path):
    table = pa.table(
        {
            "item_a": pa.array([2, 1, 1], pa.int32()),
            "item_b": pa.array([3, 2, 900], pa.int32()),
            "jaccard": pa.array([0.25, 0.5, 0.75]),
        }
    )
    pq.write_table(table, tmp_path / "part.parquet")
    index = JaccardIndex.read([tmp_path / "part.parquet"], np.int32([1, 2, 3]))
    assert len(index.keys) == 2
    items = np.int32([3, 2, 1])
    assert index.between(items, items).tolist() == [
        [0.0, 0.25, 0.0],
        [0.25, 0.0, 0.5],
        [0.0, 0.5, 0.0],
    ]
    assert index.between(np.int32([1]), np.int32([900])).tolist() == [[0.0]]


def test_an_index_of_nothing_knows_no_jaccard():
    index = JaccardIndex.read([], np.int32([1, 2]))
    assert index.between(np.int32([1]), np.int32([2])).tolist() == [[0.0]]


def test_partners_are_drawn_in_proportion_to_their_weight():
    partners = Partners.of(np.int32([5, 5, 7]), np.int32([7, 9, 9]), np.array([0.3, 0.1, 0.0]))
    assert partners.items.tolist() == [5, 7, 9]
    drawn = partners.draw(np.full(10_000, 5, np.int32), np.random.default_rng(1))
    assert set(drawn.tolist()) == {7, 9}
    assert (drawn == 7).mean() == pytest.approx(0.3 / 0.4, abs=0.02)
    # A weight of 0 still leaves every anchor a partner of its own.
    assert set(partners.draw(np.int32([9] * 100), np.random.default_rng(1)).tolist()) <= {5, 7}


def test_anchors_without_a_partner_are_not_known():
    partners = Partners.of(np.int32([5]), np.int32([7]), np.ones(1))
    assert partners.known(np.int32([5, 6, 7])).tolist() == [True, False, True]
