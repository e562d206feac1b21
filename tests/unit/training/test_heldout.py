from dataclasses import replace

import numpy as np
import pytest

from colike.training.heldout import evaluate, spearman
from colike.training.readers.base import KINDS, PairBatch

KIND = {name: code for code, name in enumerate(KINDS)}
PAIRS = PairBatch(
    item_a=np.int32([0, 1, 2, 3, 4]),
    item_b=np.int32([5, 6, 7, 8, 9]),
    label=np.int8([1, 1, 0, 0, 0]),
    jaccard=np.array([0.4, 0.2, 0.05, 0.0, 0.0]),
    kind=np.int8([KIND[k] for k in ("positive", "positive", "below", "random", "random")]),
)
COSINES = np.array([0.9, 0.5, 0.6, 0.1, 0.2])


def test_every_figure_can_be_worked_out_by_hand():
    result = evaluate(PAIRS, COSINES)
    assert result["auc"] == 5 / 6  # .5 is behind .6, all other couples are in order
    assert result["auc_by_kind"] == {"below": 1 / 2, "random": 4 / 4}
    # From .5 on: both positives and one of three negatives are called positive.
    assert result["threshold"] == 0.5
    assert result["precision"] == 2 / 3
    assert result["recall"] == 2 / 2
    assert result["f1"] == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))
    assert result["accuracy"] == 4 / 5
    label, cosine = PAIRS.label - 2 / 5, COSINES - 2.3 / 5
    by_hand = (label * cosine).sum() / np.sqrt((label**2).sum() * (cosine**2).sum())
    assert result["pearson"] == pytest.approx(by_hand)
    assert (result["pairs"], result["positives"]) == (5, 2)


def test_spearman_shares_the_rank_of_ties():
    # Ranks 1, 2, 3 against 1.5, 1.5, 3: covariance 1.5, squares 2 and 1.5.
    result = spearman(np.array([0.1, 0.2, 0.3]), np.array([5.0, 5.0, 7.0]))
    assert result == pytest.approx(1.5 / np.sqrt(2 * 1.5))


def test_pairs_of_one_label_have_no_auc():
    result = evaluate(replace(PAIRS, label=np.zeros(5, np.int8)), COSINES)
    assert result["auc"] is None
    assert result["f1"] is None
    assert result["pearson"] is None


def test_equal_cosines_are_called_alike():
    result = evaluate(PAIRS, np.full(5, 0.5))
    assert result["auc"] == 0.5
    assert result["recall"] == 1
    assert result["precision"] == 2 / 5
