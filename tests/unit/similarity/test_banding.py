import pytest

from colike.similarity.banding import Banding, banding_for


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("jaccard", [0.05, 0.1, 0.3])
def test_the_fewest_bands_that_reach_the_recall_are_chosen(jaccard, rows):
    banding = banding_for(jaccard, 0.95, rows)
    assert banding.recall(jaccard) >= 0.95
    assert Banding(banding.bands - 1, rows).recall(jaccard) < 0.95


def test_more_rows_tell_dissimilar_pairs_apart_and_cost_hashes():
    one, two = banding_for(0.1, 0.95, 1), banding_for(0.1, 0.95, 2)
    assert two.recall(0.01) < one.recall(0.01) / 5
    assert two.hashes > 10 * one.hashes
