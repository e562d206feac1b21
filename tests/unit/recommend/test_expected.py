"""What a ranker learns: something from ratings, nothing from shuffled ones, by the gains given."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from colike.config import load_config
from colike.errors import UnfitError
from colike.recommend.catalogue import Catalogue
from colike.recommend.expected import Fit, worth
from colike.recommend.features import Features
from colike.recommend.graph import NeighbourGraph
from colike.recommend.held import HeldRatings
from colike.recommend.histories import Histories
from colike.recommend.signed import SignedScorer

CONFIG = load_config("conf/mal2020.yml", [])
OWN, SCALE = CONFIG.sources.ranker, CONFIG.known_sources.scale
QUICK = OWN.model_copy(
    update={
        "candidates": 40,
        "rated": OWN.rated.model_copy(update={"rounds": 30, "depth": 3}),
        "worth": OWN.worth.model_copy(update={"rounds": 30, "depth": 2}),
    }
)
USERS, ITEMS, SEEN, HELD, K = 600, 60, 8, 6, 5
# Of four items in a row one is rated 10, one 8, one 4, and one seldom.
KINDS = np.arange(ITEMS) % 4
RATING = np.array([10.0, 8.0, 4.0, 9.0])


def catalogue():
    order = np.arange(ITEMS, dtype=np.int32)
    return Catalogue(np.arange(ITEMS), order, np.zeros(ITEMS, np.int64), order[:0])


@cache
def fit(settings=None):
    """Users whose ratings follow from the item's kind, which only its raters tell."""
    random = np.random.default_rng(0)
    odds = np.array([1.0, 1.0, 1.0, 0.1])[KINDS]
    seen = [random.permutation(ITEMS)[:SEEN] for _ in range(USERS)]
    indptr = np.arange(0, SEEN * USERS + 1, SEEN)
    nothing = np.zeros(USERS + 1, np.int64), np.zeros(0, np.int32)
    histories = Histories.of_rows(
        [(indptr, np.concatenate(seen).astype(np.int32)), nothing, nothing, nothing]
    )
    held = []
    for mine in seen:
        chances = odds.copy()
        chances[mine] = 0
        held.append(np.sort(random.choice(ITEMS, HELD, False, chances / chances.sum())))
    items = np.concatenate(held).astype(np.int32)
    found = HeldRatings(
        histories, np.arange(0, HELD * USERS + 1, HELD), items, RATING[KINDS[items]]
    )
    # Everything leads to everything, by weights that say nothing.
    owners, others = np.nonzero(~np.eye(ITEMS, dtype=bool))
    weights = random.uniform(0.5, 1, len(owners))
    graph = NeighbourGraph.of_edges(ITEMS, owners, others, weights)
    raters = 50 * np.array([KINDS == 0, KINDS == 1, KINDS == 2]).astype(np.int64)
    raters[0, KINDS == 3] = 5
    candidates = SignedScorer(catalogue(), graph, np.array([1.0, 0, 0, 0]), QUICK.candidates)
    return Fit(found, candidates, Features([("all", graph)], raters), settings or QUICK, SCALE)


def shuffled(made):
    """The same users, whose ratings are of items drawn among all unseen ones."""
    random = np.random.default_rng(1)
    held = []
    for user in range(USERS):
        mine = made.held.histories.of_users(user, user + 1).items
        held.append(np.sort(random.permutation(np.setdiff1d(np.arange(ITEMS), mine))[:HELD]))
    ratings = random.permutation(made.held.ratings)
    items = np.concatenate(held).astype(np.int32)
    return replace(made, held=replace(made.held, items=items, ratings=ratings))


def test_lists_ranked_across_users_find_more_and_what_is_liked_more():
    made = fit()
    before, after = made.across_users(made.examples(), K)
    assert after.recall > before.recall + 0.1
    assert after.nps > before.nps + 0.5


def test_shuffled_labels_give_the_ranker_no_gain():
    made = shuffled(fit())
    before, after = made.across_users(made.examples(), K)
    # Recall of five items drawn from 52; the standard error of the difference is some .01.
    assert before.recall == pytest.approx(K / (ITEMS - SEEN), abs=0.03)
    assert abs(after.recall - before.recall) < 0.03
    assert abs(after.nps - before.nps) < 0.15


def test_the_gains_say_what_is_worth_listing():
    made = fit()
    liking_less = {"detractors": 3.0, "highest": -1.0, "likes": -1.0}
    gains = QUICK.gains.model_copy(update=liking_less)
    turned = replace(made, settings=QUICK.model_copy(update={"gains": gains}))
    after = made.across_users(made.examples(), K)[1]
    other = turned.across_users(turned.examples(), K)[1]
    assert after.nps > 0.8
    assert other.nps < -0.8


def test_what_is_fitted_is_equal_each_time_and_has_all_rated_candidates():
    made = fit()
    examples, again = made.examples(), made.examples()
    first, second = made.expectation(examples), made.expectation(again)
    assert (first.rated.text, first.worth.text) == (second.rated.text, second.worth.text)
    listed = [items for _, found, _ in made.blocks() for items in found.items]
    whole = made.held.of(np.array(listed))
    assert (~np.isnan(examples.ratings)).sum() == (~np.isnan(whole)).sum() > USERS
    # Those drawn stand for all that have no rating.
    unrated = examples.weights[np.isnan(examples.ratings)].sum()
    assert unrated == pytest.approx(np.isnan(whole).sum(), rel=0.05)


def test_worth_is_by_opinion_and_the_scales_highest_rating_has_its_own():
    gains = worth(np.array([1.0, 6, 7, 8, 9, 10]), OWN.gains, SCALE)
    assert gains.tolist() == [-1, -1, 0, 0, 1, 3]


def test_without_a_rated_candidate_there_is_nothing_to_learn_from():
    made = fit()
    nobody = replace(made.held, items=made.held.items * 0 - 1)
    with pytest.raises(UnfitError, match="none of the validation ratings is of a candidate"):
        replace(made, held=nobody).examples()
