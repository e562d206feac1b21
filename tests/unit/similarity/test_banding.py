import numpy as np
import pytest

from colike.errors import ConfigError
from colike.similarity.banding import MOST_HASHES, Banding, banding_for


@pytest.mark.parametrize("matches", [1, 2, 4])
@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("jaccard", [0.05, 0.1, 0.3])
def test_the_fewest_bands_that_reach_the_recall_are_chosen(jaccard, rows, matches):
    banding = banding_for(jaccard, 0.95, rows, matches)
    assert banding.recall(jaccard) >= 0.95
    assert Banding(banding.bands - 1, rows, matches).recall(jaccard) < 0.95


@pytest.mark.parametrize("matches", [1, 3])
def test_recall_is_the_share_of_trials_in_which_enough_bands_agree(matches):
    random = np.random.default_rng(4)
    agree = (random.random((20_000, 30, 2)) < 0.3).all(axis=2).sum(axis=1)
    expected = Banding(bands=30, rows=2, matches=matches).recall(0.3)
    assert (agree >= matches).mean() == pytest.approx(expected, abs=0.015)


def test_more_matches_tell_dissimilar_pairs_apart():
    one, three = banding_for(0.1, 0.95, 1, 1), banding_for(0.1, 0.95, 1, 3)
    assert three.recall(0.01) < one.recall(0.01) / 5


def test_more_rows_tell_dissimilar_pairs_apart_and_cost_hashes():
    one, two = banding_for(0.1, 0.95, 1, 1), banding_for(0.1, 0.95, 2, 1)
    assert two.recall(0.01) < one.recall(0.01) / 5
    assert two.hashes > 10 * one.hashes


def test_the_most_values_are_enough_for_all_that_makes_sense():
    assert banding_for(0.05, 0.99, 1, 5).hashes < MOST_HASHES
    assert banding_for(0.1, 0.97, 2, 3).hashes < MOST_HASHES


@pytest.mark.parametrize(
    ("jaccard", "recall", "rows", "matches"),
    [
        (0.1, 0.97, 20, 1),
        (0.1, 0.97, 1_000_000, 1),
        (1e-7, 0.97, 1, 1),
        (0.01, 0.97, 2, 20),
    ],
)
def test_what_no_number_of_bands_finds_is_refused_and_not_looked_for_for_ever(
    jaccard, recall, rows, matches
):
    with pytest.raises(ConfigError, match="10,000 MinHash values of an item do not find"):
        banding_for(jaccard, recall, rows, matches)
