from itertools import combinations

import numpy as np
import pytest

from colike.config import load_config
from colike.data.splits import train_likes
from colike.similarity.banding import Banding
from colike.similarity.counting import counted
from colike.similarity.engines import Counting, similarity
from colike.similarity.margins import item_likes
from colike.similarity.minhash import candidates, signatures
from colike.similarity.recall import exact_sample, recall_by_bucket

ITEMS, USERS, TASTES = 60, 400, 4
SETTINGS = load_config(
    "conf/mal2020.yml",
    ["similarity.method=minhash", "similarity.minhash.jaccard=0.1", "similarity.min_jaccard=0.02"],
).similarity


def random_likes():
    """Titles of one taste have a Jaccard of about .25, others of about .04."""
    random = np.random.default_rng(5)
    tastes = np.arange(ITEMS) % TASTES
    chances = [np.where(tastes == user % TASTES, 0.4, 0.03) for user in range(USERS)]
    return [set(np.flatnonzero(random.random(ITEMS) < chance).tolist()) for chance in chances]


def exact_row(a, b):
    both, any_of = len(FANS[a] & FANS[b]), len(FANS[a] | FANS[b])
    return len(FANS[a]), len(FANS[b]), both, both / any_of


LIKES = random_likes()
FANS = [{user for user, likes in enumerate(LIKES) if item in likes} for item in range(ITEMS)]
# Margins that allow any jaccard.
ALIKE = np.ones(10, np.int64)
EXACT = {(a, b): exact_row(a, b) for a, b in combinations(range(ITEMS), 2)}


def signed_by(likes, hashes):
    return signatures(likes, item_likes(likes), hashes, min_colikes=1)


@pytest.fixture(scope="module")
def likes(spark):
    rows = [(user, sorted(mine)) for user, mine in enumerate(LIKES)]
    return train_likes(spark.createDataFrame(rows, "user_id bigint, likes_train array<int>"))


@pytest.fixture(scope="module")
def run(likes):
    """Rows by pair, and the figures that the engine told."""
    figures = {}
    counting = Counting(likes, ITEMS, SETTINGS, figures)
    rows = similarity(counting).select(
        "item_a", "item_b", "likes_a", "likes_b", "colikes", "jaccard"
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in rows.collect()}, figures


def test_what_it_finds_is_exact_and_within_the_bounds(run):
    found, _ = run
    assert found
    assert found == {pair: EXACT[pair] for pair in found}
    assert all(row[3] >= SETTINGS.min_jaccard for row in found.values())


def test_it_finds_the_pairs_that_it_was_asked_for(run):
    found, _ = run
    wanted = {pair for pair, row in EXACT.items() if row[3] >= SETTINGS.minhash.jaccard}
    assert len(wanted) > 200
    assert len(wanted & set(found)) / len(wanted) >= SETTINGS.minhash.recall


def test_measured_recall_is_near_what_theory_expects(run):
    _, figures = run
    recalls = [name for name in figures if name.startswith("minhash.recall.")]
    assert recalls
    for name in recalls:
        bucket = name.removeprefix("minhash.recall.")
        pairs = figures[f"minhash.sampled_pairs.{bucket}"][0]
        expected = figures[f"minhash.expected_recall.{bucket}"][0]
        # Pairs share users, so their chances hang together: thrice the binomial's deviation.
        assert abs(figures[name][0] - expected) < 3 * 0.5 / pairs**0.5 + 0.02
    assert figures["minhash.candidates"][0] < len(EXACT)
    assert figures["minhash.capped_buckets"][0] == 0


def test_two_items_agree_in_a_place_with_the_chance_of_their_jaccard(likes):
    signed = {
        row[0]: np.array(row[1]) for row in signatures(likes, item_likes(likes), 400, 1).collect()
    }
    for a, b in [(0, 4), (1, 5), (0, 1)]:
        agree = float((signed[a] == signed[b]).mean())
        assert agree == pytest.approx(EXACT[a, b][3], abs=0.07)


def test_items_with_the_same_fans_are_always_candidates_and_strangers_never(spark):
    rows = [(user, [0, 1, 2]) for user in range(9)] + [(user, [3]) for user in range(9, 12)]
    same = train_likes(spark.createDataFrame(rows, "user_id bigint, likes_train array<int>"))
    signed = signatures(same, item_likes(same), 6, 1)
    found = candidates(signed, ALIKE, Banding(bands=2, rows=3), 10, 0.0)
    assert {tuple(row) for row in found.pairs.collect()} == {(0, 1), (0, 2), (1, 2)}
    assert found.capped == 0


def test_a_bucket_above_the_cap_makes_no_pairs_and_is_counted(spark):
    rows = [(1, list(range(8))), (2, [8, 9])]
    heavy = train_likes(spark.createDataFrame(rows, "user_id bigint, likes_train array<int>"))
    signed = signatures(heavy, item_likes(heavy), 3, 1)
    found = candidates(signed, ALIKE, Banding(bands=3, rows=1), 7, 0.0)
    assert {tuple(row) for row in found.pairs.collect()} == {(8, 9)}
    assert found.capped == 3


def test_a_pair_must_meet_in_as_many_bands_as_are_asked_for(spark):
    # Items 0 and 1 agree in two bands of three, items 0 and 2 in one.
    signed = spark.createDataFrame(
        [(0, [1, 2, 3]), (1, [1, 2, 9]), (2, [7, 8, 3])], "item_idx int, signature array<bigint>"
    )

    def found(matches):
        banding = Banding(bands=3, rows=1, matches=matches)
        return {tuple(row) for row in candidates(signed, ALIKE, banding, 10, 0.0).pairs.collect()}

    assert found(1) == {(0, 1), (0, 2)}
    assert found(2) == {(0, 1)}
    assert found(3) == set()


def test_items_with_too_few_likes_are_not_signed(likes):
    fewest = sorted(len(fans) for fans in FANS)[20]
    signed = signatures(likes, item_likes(likes), 1, fewest).collect()
    assert {row[0] for row in signed} == {
        item for item, fans in enumerate(FANS) if len(fans) >= fewest
    }


def test_a_pair_whose_margins_forbid_the_jaccard_is_no_candidate(spark):
    signed = spark.createDataFrame(
        [(item, [1]) for item in range(3)], "item_idx int, signature array<bigint>"
    )
    margins = np.array([10, 100, 40])
    found = candidates(signed, margins, Banding(bands=1, rows=1), 10, 0.25)
    assert {tuple(row) for row in found.pairs.collect()} == {(0, 2), (1, 2)}


def test_chosen_pairs_are_counted_exactly_in_many_tiles(spark, likes, monkeypatch):
    monkeypatch.setattr("colike.similarity.blocks.TILES_PER_CORE", 10)
    chosen = list(EXACT)[::7]
    pairs = spark.createDataFrame(chosen, "item_a int, item_b int").repartition(3)
    found = {(row[0], row[1]): row[2] for row in counted(pairs, likes, ITEMS).collect()}
    assert found == {pair: EXACT[pair][2] for pair in chosen if EXACT[pair][2]}


def test_the_exact_sample_has_all_pairs_of_its_items_once(spark, likes):
    sample = spark.createDataFrame([(3,), (7,)], "item_idx int")
    rows = exact_sample(likes, item_likes(likes), sample, 1, 0.0)
    found = [(row.item_a, row.item_b, row.colikes) for row in rows.collect()]
    expected = {(a, b, row[2]) for (a, b), row in EXACT.items() if {a, b} & {3, 7} and row[2] > 0}
    assert sorted(found) == sorted(expected)


def test_recall_by_bucket_counts_exact_and_found_pairs(spark):
    exact = spark.createDataFrame(
        [(0, 1, 0.12), (0, 2, 0.14), (0, 3, 1.0), (1, 2, 0.01)],
        "item_a int, item_b int, jaccard double",
    )
    found = spark.createDataFrame([(0, 1), (0, 3), (8, 9)], "item_a int, item_b int")
    buckets = recall_by_bucket(exact, found, Banding(bands=2, rows=1))
    seen = [(one.low, one.high, one.pairs, one.found) for one in buckets]
    assert seen == [(0.0, 0.02, 1, 0), (0.1, 0.15, 2, 1), (0.5, 1.0, 1, 1)]
    assert buckets[1].expected == pytest.approx(1 - (0.88**2 + 0.86**2) / 2)
