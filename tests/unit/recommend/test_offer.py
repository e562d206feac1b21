"""What may be recommended: lists of an offer, and when two offers are the same."""

from dataclasses import replace

import numpy as np
import pytest

from colike.config import load_config
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.offer import Offer
from colike.recommend.scorers import NeighbourScorer

from ...histories import histories_of

SIZE, USERS, DEGREE, K, POOL = 60, 25, 20, 10, 30
DIVERSE = ("recommend.diversity.relevance=0.5", f"recommend.diversity.pool={POOL}")


@pytest.fixture(scope="module")
def catalogue():
    order = np.arange(SIZE, dtype=np.int32)
    likes = np.arange(SIZE, 0, -1).astype(np.int64)
    return Catalogue(np.arange(100, 100 + SIZE), order, likes, order)


@pytest.fixture(scope="module")
def vectors():
    drawn = np.random.default_rng(0).normal(size=(SIZE, 6)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def histories():
    random = np.random.default_rng(1)
    likes = [random.choice(SIZE, 4, replace=False).tolist() for _ in range(USERS)]
    return histories_of([(mine, mine) for mine in likes])


def nearest(vectors):
    """Each item's neighbours by cosine, so that lists are of items that are alike."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    found = np.argsort(-cosines, axis=1)[:, :DEGREE]
    owners = np.repeat(np.arange(SIZE, dtype=np.int32), DEGREE)
    return NeighbourGraph.of_edges(SIZE, owners, found.ravel(), cosines[owners, found.ravel()])


def offer_with(catalogue, vectors, *overrides):
    settings = load_config("conf/mal2020.yml", overrides).recommend
    return Offer(catalogue, np.ones(SIZE, bool), vectors, settings)


def lists_of(offer, vectors, histories, k):
    graph = nearest(vectors)

    def plain(offer, k):
        return NeighbourScorer(offer.catalogue, graph.towards(offer.may), "sum", k)

    return offer.lists(plain, k)(histories)


def alike(items, vectors):
    """The mean cosine of the pairs within a list, over the lists."""
    above = np.triu_indices(K, 1)
    return np.mean([(vectors[row] @ vectors[row].T)[above].mean() for row in items])


def test_diverse_lists_are_less_alike_within_and_hold_what_the_longer_list_has(
    catalogue, vectors, histories
):
    plain = offer_with(catalogue, vectors)
    diverse = offer_with(catalogue, vectors, *DIVERSE)
    longer = lists_of(plain, vectors, histories, POOL).items
    made = lists_of(diverse, vectors, histories, K).items

    assert all(set(row) <= set(long) for row, long in zip(made, longer, strict=True))
    assert alike(made, vectors) < alike(longer[:, :K], vectors) - 0.05


def test_without_diversity_a_list_is_the_beginning_of_the_longer_one(catalogue, vectors, histories):
    offer = offer_with(catalogue, vectors)
    longer = lists_of(offer, vectors, histories, POOL).items
    assert lists_of(offer, vectors, histories, K).items.tolist() == longer[:, :K].tolist()


def test_a_pool_larger_than_the_catalogue_is_the_whole_catalogue(catalogue, vectors, histories):
    everything = ("recommend.diversity.relevance=0.5", "recommend.diversity.pool=500")
    whole = ("recommend.diversity.relevance=0.5", f"recommend.diversity.pool={SIZE}")
    large, exact = (
        lists_of(offer_with(catalogue, vectors, *overrides), vectors, histories, K).items.tolist()
        for overrides in (everything, whole)
    )
    assert large == exact


def test_an_offer_is_the_same_while_items_popularity_candidates_and_vectors_are(catalogue, vectors):
    offer = offer_with(catalogue, vectors)
    same = Offer(replace(catalogue), offer.may.copy(), vectors.copy(), offer.settings)
    assert same.fingerprint == offer.fingerprint

    fewer = offer.may.copy()
    fewer[3] = False
    renamed = catalogue.ids.copy()
    renamed[-1] += 1000  # the last item under another id: no order changes
    others = {
        "an item has another id": replace(offer, catalogue=replace(catalogue, ids=renamed)),
        "ties are broken otherwise": replace(
            offer, catalogue=replace(catalogue, order=catalogue.order[::-1].copy())
        ),
        "other items are popular": replace(
            offer, catalogue=replace(catalogue, popular=catalogue.popular[::-1].copy())
        ),
        "fewer items may be recommended": replace(offer, may=fewer),
        "diversity is measured otherwise": replace(offer, vectors=-vectors),
    }
    prints = {what: other.fingerprint for what, other in others.items()}
    assert offer.fingerprint not in prints.values(), prints
    assert len(set(prints.values())) == len(others)


def test_ids_as_text_make_equal_fingerprints_wherever_the_texts_lie_in_memory(catalogue, vectors):
    def offer():
        texts = np.array(["".join(["t", str(number)]) for number in range(SIZE)], object)
        return offer_with(replace(catalogue, ids=texts), vectors)

    assert offer().fingerprint == offer().fingerprint


EXPLORING = ("recommend.exploration.share=0.4", "recommend.exploration.fewer_likes_than=20")


def test_exploring_lists_have_items_with_few_likes_at_their_places_and_the_usual_ones_elsewhere(
    catalogue, vectors, histories
):
    usual = lists_of(offer_with(catalogue, vectors), vectors, histories, K).items
    made = lists_of(offer_with(catalogue, vectors, *EXPLORING), vectors, histories, K)

    is_rare = catalogue.likes < 20
    assert is_rare[made.items[:, [7, 9]]].all()
    assert made.items[:, :7].tolist() == usual[:, :7].tolist()
    assert not made.fallback.any()
    assert all(len(set(row)) == K for row in made.items.tolist())


def test_exploring_lists_begin_longer_ones_and_go_with_diversity(catalogue, vectors, histories):
    for others in ((), DIVERSE):
        offer = offer_with(catalogue, vectors, *EXPLORING, *others)
        longer = lists_of(offer, vectors, histories, POOL).items
        assert lists_of(offer, vectors, histories, K).items.tolist() == longer[:, :K].tolist()


def test_items_with_few_likes_are_explored_only_where_they_may_be_recommended(
    catalogue, vectors, histories
):
    offer = offer_with(catalogue, vectors, *EXPLORING)
    nothing_rare = replace(offer, may=catalogue.likes >= 20)
    usual = replace(offer_with(catalogue, vectors), may=nothing_rare.may)
    found, wanted = (
        lists_of(one, vectors, histories, K).items.tolist() for one in (nothing_rare, usual)
    )
    assert found == wanted
