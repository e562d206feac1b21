"""Which figures are refused because an anchor is out of its place."""

import math

import numpy as np
import pytest

from colike.config.section import ANCHORS
from colike.errors import EvaluationError
from colike.evaluation.places import CHANCE, Figures, best_of, largest_chance, require_places
from colike.evaluation.sums import Sums

USERS, K = 20_000, 10
MOST = {1: 0.5, K: 0.9}


def sums_of(users=USERS, **changed):
    """Sums of two sources and the anchors; `changed` has other figures, as source_metric."""
    figures = {
        "popularity": (0.2, 0.05),
        "jaccard": (0.4, 0.1),
        "oracle": (0.9, 0.3),
        "random": (0.001, 0.0002),
        "shuffled": (0.15, 0.04),
    }
    made = {}
    for source, (recall, precision) in figures.items():
        for metric, k, value in (("recall", K, recall), ("precision", K, precision)):
            given = changed.get(f"{source}_{metric}", value)
            made[source, "all", metric, k] = Sums(np.array([given * users]), np.array([users]))
        top = 0.5 if source == "oracle" else 0.1
        made[source, "all", "recall", 1] = Sums(np.array([top * users]), np.array([users]))
    return made


def require(sums, popular="popularity"):
    anchors = {key: own for key, own in sums.items() if key[0] in ANCHORS}
    sources = {key: own for key, own in sums.items() if key[0] not in ANCHORS}
    require_places(Figures(sources, MOST), Figures(anchors, MOST), popular)


def test_figures_with_every_anchor_in_its_place_pass():
    require(sums_of())
    require(sums_of(jaccard_recall=0.9))
    require(sums_of(shuffled_precision=0.051))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"oracle_recall": 0.88},
            r"oracle finds recall@10 = 0.8800 where 0.9000 .* test ratings leak",
        ),
        ({"jaccard_recall": 0.91}, r"jaccard finds recall@10 = 0.9100, more than the oracle"),
        ({"popularity_precision": 0.01}, r"anchor shuffled\) find precision@10 = 0.0400, surely"),
        ({"random_precision": 0.2}, r"anchor random\) find precision@10 = 0.2000, surely more"),
    ],
)
def test_an_anchor_out_of_its_place_is_an_error_with_the_remedy(changed, says):
    with pytest.raises(EvaluationError, match=says) as raised:
        require(sums_of(**changed))
    assert "colike run --from " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_few_users_or_lists_that_are_not_the_popular_ones_make_no_difference_sure():
    require(sums_of(users=40, popularity_precision=0.01))
    require(sums_of(popularity_precision=0.01), None)
    require(sums_of(popularity_precision=0.01), "gone")


@pytest.mark.parametrize("users", [1, 3, 30, 1000])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 1.0])
def test_chance_alone_reaches_the_bound_less_often_than_said(users, share):
    """For users who find an item with this chance, and the other list none; Binomial."""
    # Smallest number of finds that exceeds its expectation by more than the bound.
    reach = largest_chance(share, users)
    least = math.floor(users * (share + reach)) + 1
    beyond = sum(
        math.comb(users, n) * share**n * (1 - share) ** (users - n)
        for n in range(min(least, users + 1), users + 1)
    )
    assert beyond <= CHANCE


def test_the_best_source_is_the_one_with_the_best_recall_at_the_largest_k():
    sources = {key: own for key, own in sums_of().items() if key[0] in ("popularity", "jaccard")}
    assert best_of(sources) == "jaccard"
    assert best_of({}) is None
