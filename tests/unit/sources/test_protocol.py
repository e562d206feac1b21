"""Every registered source keeps to the protocol, shown on arrays."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from colike.config import load_config
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.recommend.features import Features
from colike.recommend.graph import NeighbourGraph
from colike.recommend.offer import Offer
from colike.recommend.ranked import Expectation
from colike.recommend.trees import CHANCE, MEAN, fitted_trees
from colike.sources.als import FittedAls
from colike.sources.ease import FittedEase
from colike.sources.neighbour import FittedNeighbours
from colike.sources.popularity import FittedPopularity
from colike.sources.profile import FittedProfile
from colike.sources.ranker import FittedRanker
from colike.sources.registry import CONFIGURED, FUSED, SOURCES, all_sources, source_named

from ...histories import histories_of

SIZE, USERS, DEGREE = 30, 12, 6
CONFIG = load_config("conf/mal2020.yml", [])
KNOWN = CONFIG.known_sources
SETTINGS = CONFIG.recommend
# What likes, passives, detractors and unrated items weigh.
WORTH = np.array([1.0, 0.5, -0.25, 0.0])


def random_graph(seed):
    random = np.random.default_rng(seed)
    others = [np.setdiff1d(np.arange(SIZE), [item]) for item in range(SIZE)]
    items = np.concatenate([random.choice(row, DEGREE, replace=False) for row in others])
    weights = np.sort(random.uniform(0.1, 1, (SIZE, DEGREE)))[:, ::-1].ravel()
    return NeighbourGraph.of_edges(SIZE, np.repeat(np.arange(SIZE), DEGREE), items, weights)


def signed_graph(seed):
    graph = random_graph(seed)
    signs = np.random.default_rng(seed).choice([-1, 1, 1], len(graph.items))
    return replace(graph, weights=graph.weights * signs)


def random_vectors(seed):
    drawn = np.random.default_rng(seed).normal(size=(SIZE, 5)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def ranker(seed):
    """A ranker whose trees were fitted on nothing but noise."""
    random, own = np.random.default_rng(seed), CONFIG.sources.ranker
    features = Features([("jaccard", random_graph(seed))], random.integers(1, 9, (3, SIZE)))
    rows = random.normal(0, 3, (200, len(features.names))).astype(np.float32)
    quick = own.rated.model_copy(update={"rounds": 4, "least_rows": 0})
    yes, weights = (random.random(200) < 0.5).astype(float), np.ones(200)
    models = [fitted_trees(rows, yes, weights, kind, quick) for kind in (CHANCE, MEAN)]
    return FittedRanker(
        "ranker", signed_graph(seed), WORTH, features, Expectation(*models), own.candidates
    )


# Each source as its `fit` gives it, from what was found with a seed.
FITTED = {
    "popularity": lambda seed: FittedPopularity("popularity"),
    "jaccard": lambda seed: FittedNeighbours("jaccard", random_graph(seed), SETTINGS),
    "ease": lambda seed: FittedEase("ease", signed_graph(seed), WORTH),
    "als": lambda seed: FittedAls("als", random_vectors(seed + 3), CONFIG.sources.als),
    "hybrid": lambda seed: FittedEase("hybrid", signed_graph(seed + 7), WORTH),
    "ranker": ranker,
    "profile": lambda seed: FittedProfile("profile", random_vectors(seed)),
    "base": lambda seed: FittedNeighbours("base", random_graph(seed + 50), SETTINGS),
    "finetuned": lambda seed: FittedNeighbours("finetuned", random_graph(seed + 99), SETTINGS),
}
each_source = pytest.mark.parametrize("name", FITTED)
# Popularity scores by the offer alone, whose fingerprint stands beside its own.
each_own = pytest.mark.parametrize("name", [name for name in FITTED if name != "popularity"])
each_neighbour = pytest.mark.parametrize("name", ["jaccard", "base", "finetuned"])


@pytest.fixture(scope="module")
def offer():
    order = np.random.default_rng(3).permutation(SIZE).astype(np.int32)
    likes = np.random.default_rng(4).integers(0, 9, SIZE)
    popular = np.lexsort((order, -likes)).astype(np.int32)
    catalogue = Catalogue(np.arange(SIZE), order, likes, popular)
    return Offer(catalogue, np.ones(SIZE, bool), np.zeros((0, 0), np.float32), SETTINGS)


@pytest.fixture(scope="module")
def histories():
    random = np.random.default_rng(5)
    seen = [random.choice(SIZE, 8, replace=False).tolist() for _ in range(USERS)]
    return histories_of([(row[:4], row) for row in seen])


def seen_of(histories, user):
    return set(histories.of_users(user, user + 1).items.tolist())


def listed(items):
    return [[int(item) for item in row if item >= 0] for row in items]


def test_every_registered_source_is_checked_here():
    assert set(all_sources(KNOWN)) == set(FITTED)


@each_source
def test_a_source_is_registered_under_its_own_name_and_text_embedders_are_sources(name):
    source = source_named(name, KNOWN)
    assert source.name == name
    assert isinstance(source.has_weighted_reasons, bool)
    assert (name in {**SOURCES, **CONFIGURED, **FUSED}) == (name not in KNOWN.texts)


def test_an_unknown_source_is_an_error_that_names_the_others():
    with pytest.raises(ConfigError, match=r"no source 'astrology'; the sources are popularity, "):
        source_named("astrology", KNOWN)


@each_source
def test_lists_have_unseen_items_once_and_a_short_list_begins_a_long_one(name, offer, histories):
    fitted = FITTED[name](0)
    assert fitted.name == name
    scorer = partial(fitted.scorer, offer, DEGREE)
    long = listed(scorer(k=10)(histories).items)
    for user, row in enumerate(long):
        assert len(row) == len(set(row)) == 10
        assert not set(row) & seen_of(histories, user)
    assert listed(scorer(k=4)(histories).items) == [row[:4] for row in long]


@each_source
def test_a_list_longer_than_the_catalogue_has_each_unseen_item_once(name, offer, histories):
    lists = FITTED[name](0).scorer(offer, DEGREE, 10 * SIZE)(histories)
    for user, row in enumerate(listed(lists.items)):
        assert sorted(row) == sorted(set(range(SIZE)) - seen_of(histories, user))


@each_source
def test_only_what_the_offer_has_is_recommended_and_all_likes_count(name, offer, histories):
    may = np.arange(SIZE) % 2 == 0
    even = replace(offer, catalogue=offer.catalogue.popular_within(may), may=may)
    lists = FITTED[name](0).scorer(even, DEGREE, 5)(histories)
    assert all(item % 2 == 0 for row in listed(lists.items) for item in row)
    reasons = lists.because[lists.because >= 0]
    assert name == "popularity" or (reasons % 2 == 1).any()


@each_own
def test_its_fingerprint_changes_exactly_when_what_it_scores_by_changes(name):
    make = FITTED[name]
    assert make(0).fingerprint == make(0).fingerprint
    assert make(0).fingerprint != make(1).fingerprint


@each_neighbour
def test_a_neighbours_weight_or_place_makes_another_fingerprint(name):
    fitted = FITTED[name](0)
    heavier, swapped = fitted.graph.weights.copy(), fitted.graph.items.copy()
    heavier[-1] += 1e-12
    swapped[[0, 1]] = swapped[[1, 0]]
    graphs = [replace(fitted.graph, weights=heavier), replace(fitted.graph, items=swapped)]
    prints = {replace(fitted, graph=graph).fingerprint for graph in graphs}
    assert len(prints | {fitted.fingerprint}) == 3


@each_neighbour
def test_another_grid_is_no_other_source(name):
    other = load_config("conf/mal2020.yml", ["recommend.neighbours_grid=[4]"]).recommend
    fitted = FITTED[name](0)
    assert replace(fitted, settings=other).fingerprint == fitted.fingerprint


def test_a_config_without_a_ranker_has_no_such_source():
    known = load_config("conf/mal2020.yml", ["sources.ranker=null"]).known_sources
    assert set(all_sources(KNOWN)) - set(all_sources(known)) == {"ranker"}


def test_popularity_has_nothing_of_its_own_to_compare():
    assert FITTED["popularity"](0).fingerprint == FITTED["popularity"](1).fingerprint


@each_neighbour
def test_neighbours_per_item_is_tried_over_the_grid_or_is_the_configs_one_value(name):
    fitted = FITTED[name](0)
    assert list(fitted.grid) == SETTINGS.neighbours_grid
    fixed = f"recommend.neighbours_per_item={{{name}: 7}}"
    settings = load_config("conf/mal2020.yml", [fixed]).recommend
    assert list(replace(fitted, settings=settings).grid) == [7]


@pytest.mark.parametrize("name", ["popularity", "als", "ease", "hybrid", "ranker", "profile"])
def test_a_source_without_neighbours_has_no_dial_and_stays_out_of_the_books_protocol(name):
    fitted = FITTED[name](0)
    assert list(fitted.grid) == []
    assert fitted.within(np.ones(SIZE, bool)) is None
    assert fitted.short_items(10) == 0


@each_neighbour
def test_within_some_items_a_source_neither_leads_to_others_nor_starts_from_them(
    name, offer, histories
):
    described = np.arange(SIZE) < 20
    within = FITTED[name](0).within(described)
    assert within.name == name
    assert described[within.graph.owners].all()
    assert described[within.graph.items].all()
    assert within.short_items(DEGREE) > FITTED[name](0).short_items(DEGREE) == 0
    assert FITTED[name](0).short_items(DEGREE + 1) == SIZE


@pytest.mark.parametrize("name", ["jaccard", "ease", "als", "hybrid", "ranker", "profile"])
def test_an_embedder_cannot_take_the_name_of_a_source(name):
    known = KNOWN.model_copy(update={"texts": (*KNOWN.texts, name)})
    with pytest.raises(ConfigError, match=f"embed.embedders has '{name}'.*another name"):
        all_sources(known)
