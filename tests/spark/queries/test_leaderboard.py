"""The latest evaluation of a store, best first."""

import pytest

from colike.errors import StoreError
from colike.queries.leaderboard import ANCHOR, FIELDS, latest_rows, unseen_recall
from colike.run.log import RunLog


@pytest.fixture(scope="module")
def log(tiny_store):
    return RunLog.read(tiny_store, "")


@pytest.fixture(scope="module")
def rows(tiny_store, log):
    return latest_rows(tiny_store, log, "holdout", "all")


def test_figures_are_of_the_asked_protocol_and_segment_and_ratios_are_left_out(rows):
    assert all(set(row) == {*FIELDS, ANCHOR} for row in rows)
    assert {(row["protocol"], row["segment"]) for row in rows} == {("holdout", "all")}
    named = [(row["source"], row["metric"], row["k"]) for row in rows]
    assert len(named) == len(set(named))


def test_the_best_source_comes_first_within_a_metric_and_depth_and_anchors_come_last(rows):
    found = [row for row in rows if row["metric"] == "recall" and row["k"] == 10]
    sources = [row["value"] for row in found if not row["anchor"]]
    assert len(sources) == 2
    assert sources == sorted(sources, reverse=True)
    assert [row["source"] for row in found][2:] == ["oracle", "shuffled", "random"]
    assert [row["anchor"] for row in found] == [False] * 2 + [True] * 3


def test_a_metric_over_users_lies_within_its_interval(rows):
    recall = [row for row in rows if row["metric"] == "recall"]
    assert len(recall) == (2 + 3) * 4
    assert all(row["ci_low"] <= row["value"] <= row["ci_high"] for row in recall)


@pytest.mark.parametrize(("protocol", "segment"), [("nothing", "all"), ("holdout", "nobody")])
def test_what_was_not_evaluated_is_an_error_that_says_where_to_look(
    tiny_store, log, protocol, segment
):
    with pytest.raises(StoreError, match=f"no protocol '{protocol}' with segment '{segment}'.*sql"):
        latest_rows(tiny_store, log, protocol, segment)


def test_the_latest_evaluation_is_the_one_that_the_log_names(tiny_store):
    with pytest.raises(StoreError, match="The last evaluation has no protocol"):
        latest_rows(tiny_store, RunLog(tiny_store, ""), "holdout", "all")


def test_recall_of_unseen_items_is_by_source_and_of_the_last_evaluation(tiny_store, log):
    found = unseen_recall(tiny_store, log, 10)
    assert {name: row["value"] for name, row in found.items()} == {"popularity": 0, "jaccard": 0}
    assert unseen_recall(tiny_store, RunLog(tiny_store, ""), 10) == {}
