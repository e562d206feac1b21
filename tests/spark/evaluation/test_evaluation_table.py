"""Table evaluation against slow plain pandas on the same lists and test ratings."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def tables(tiny_store) -> dict[str, pd.DataFrame]:
    names = ("recommendations", "ratings", "evaluation")
    return {name: tiny_store.read(name).toPandas() for name in names}


def figure(tables, source, metric, k, segment="all", protocol="holdout"):
    rows = tables["evaluation"]
    mine = (rows.source == source) & (rows.metric == metric) & (rows.k == k)
    mine &= (rows.segment == segment) & (rows.protocol == protocol) & rows.versus.isna()
    assert mine.sum() == 1
    return rows[mine].iloc[0]


def judged(tables, source, k):
    """The first k of every list of users with a test like, beside the test rating if any."""
    test = tables["ratings"][tables["ratings"].split == "test"]
    likes = test[test.rating >= 9].groupby("user_id").size()
    lists = tables["recommendations"]
    lists = lists[(lists.source == source) & (lists.history == "known") & (lists["rank"] <= k)]
    lists = lists[lists.user_id.isin(likes.index)]
    return lists.merge(test[["user_id", "item_id", "rating"]], how="left"), likes


@pytest.mark.parametrize("source", ["popularity", "jaccard"])
@pytest.mark.parametrize("k", [1, 10])
def test_recall_is_the_mean_share_of_test_likes_found(tables, source, k):
    lists, likes = judged(tables, source, k)
    found = lists[lists.rating >= 9].groupby("user_id").size().reindex(likes.index, fill_value=0)

    row = figure(tables, source, "recall", k)
    assert row.value == pytest.approx((found / likes).mean(), abs=1e-12)
    assert row.n == len(likes)


@pytest.mark.parametrize("source", ["popularity", "jaccard"])
def test_nps_pools_the_recommendations_that_have_a_test_rating(tables, source):
    lists, likes = judged(tables, source, 10)
    rated = lists.rating.dropna()
    value = ((rated >= 9).sum() - (rated <= 6).sum()) / len(rated)

    row = figure(tables, source, "nps", 10)
    assert row.value == pytest.approx(value, abs=1e-12)
    assert row.n == len(rated)
    per_user = figure(tables, source, "found_per_user", 10)
    assert per_user.value == pytest.approx(len(rated) / len(likes), abs=1e-12)


def test_coverage_counts_the_titles_of_all_lists(tables):
    lists = tables["recommendations"]
    mine = lists[(lists.source == "jaccard") & (lists.history == "known") & (lists["rank"] <= 5)]
    assert figure(tables, "jaccard", "coverage", 5).value == mine.item_id.nunique()


def test_segments_part_the_users(tables):
    whole = figure(tables, "jaccard", "recall", 10)
    names = ("likes_0_9", "likes_10_49", "likes_50_up")
    rows = tables["evaluation"]
    mine = (rows.source == "jaccard") & (rows.metric == "recall") & (rows.k == 10)
    parts = rows[mine & rows.segment.isin(names) & (rows.protocol == "holdout")]
    parts = parts[parts.versus.isna()]
    assert parts.n.sum() == whole.n
    assert np.average(parts.value, weights=parts.n) == pytest.approx(whole.value, abs=1e-12)


def test_the_ratio_to_the_baseline_is_paired(tables):
    rows = tables["evaluation"]
    mine = (rows.source == "jaccard") & (rows.metric == "recall") & (rows.k == 10)
    ratio = rows[mine & (rows.versus == "popularity") & (rows.segment == "all")]
    ratio = ratio[ratio.protocol == "holdout"].iloc[0]
    own, other = (figure(tables, source, "recall", 10) for source in ("jaccard", "popularity"))

    assert ratio.value == pytest.approx(own.value / other.value, abs=1e-12)
    assert ratio.ci_low < ratio.value < ratio.ci_high
    # Unpaired, the interval would be as wide as both intervals together.
    assert ratio.ci_low > own.ci_low / other.ci_high
    assert ratio.ci_high < own.ci_high / other.ci_low


def test_the_books_lists_are_of_its_own_depths_and_never_filled_up(tables):
    book = tables["evaluation"][tables["evaluation"].protocol == "book"]
    assert set(book.source) == {"jaccard"}
    assert set(book.k) == {1, 3, 5, 10}
    fallback = book[(book.metric == "fallback_share") & book.versus.isna()]
    assert (fallback.value == 0).all()


def held_likes(tables):
    """The validation likes of each user who decides on the champion, as the lists have them."""
    lists = tables["recommendations"]
    deciding = set(lists[lists.history == "train"].user_id)
    ratings = tables["ratings"]
    held = ratings[(ratings.split == "validation") & (ratings.rating >= 9)]
    return held[held.user_id.isin(deciding)]


def gate_recall(tables, source):
    held = held_likes(tables)
    lists = tables["recommendations"]
    mine = lists[(lists.source == source) & (lists.history == "train") & (lists["rank"] <= 10)]
    found = mine.merge(held[["user_id", "item_id"]]).groupby("user_id").size()
    likes = held.groupby("user_id").size()
    return found.reindex(likes.index, fill_value=0) / likes


def test_the_gate_measures_lists_by_train_history_on_validation_likes(tables):
    recall = {source: gate_recall(tables, source) for source in ("popularity", "jaccard")}
    for source, by_user in recall.items():
        row = figure(tables, source, "recall", 10, protocol="gate")
        assert row.value == pytest.approx(by_user.mean(), abs=1e-12)
        assert row.n == len(by_user) > 20
    rows = tables["evaluation"]
    mine = (rows.source == "jaccard") & (rows.versus == "popularity") & (rows.protocol == "gate")
    mine &= (rows.metric == "recall_difference") & (rows.k == 10) & (rows.segment == "all")
    (row,) = rows[mine].itertuples()
    difference = recall["jaccard"] - recall["popularity"]
    assert row.value == pytest.approx(difference.mean(), abs=1e-12)
    assert row.ci_low < row.value < row.ci_high
    assert row.ci_high - row.ci_low == pytest.approx(
        2 * 1.96 * difference.std() / len(difference) ** 0.5, rel=0.3
    )


def test_a_difference_from_the_baseline_stands_beside_the_ratio(tables):
    rows = tables["evaluation"]
    mine = (rows.source == "jaccard") & (rows.versus == "popularity") & (rows.k == 10)
    mine &= (rows.protocol == "holdout") & (rows.metric == "ndcg_difference")
    (row,) = rows[mine & (rows.segment == "all")].itertuples()
    own, other = (figure(tables, source, "ndcg", 10) for source in ("jaccard", "popularity"))
    assert row.value == pytest.approx(own.value - other.value, abs=1e-12)
