"""Which source becomes the champion."""

import pytest

from colike.config import load_config
from colike.errors import ConfigError, QualityError
from colike.publish.champion import choose_champion
from colike.publish.moves import Present

# source, protocol, segment, metric, k, value, versus
ROWS = [
    ("jaccard", "holdout", "all", "recall", 10, 0.31, None),
    ("base", "holdout", "all", "recall", 10, 0.42, None),
    ("also", "holdout", "all", "recall", 10, 0.42, None),
    ("finetuned", "holdout", "all", "recall", 10, None, None),
    ("jaccard", "holdout", "all", "ndcg", 10, 0.9, None),
    # Larger figures of another protocol, segment, depth, and a ratio: none of them counts.
    ("jaccard", "book", "all", "recall", 10, 0.99, None),
    ("jaccard", "holdout", "likes_0_9", "recall", 10, 0.99, None),
    ("jaccard", "holdout", "all", "recall", 5, 0.99, None),
    ("jaccard", "holdout", "all", "recall", 10, 1.7, "base"),
    ("also", "gate", "all", "recall", 10, 0.35, None),
    ("base", "gate", "all", "recall", 10, 0.35, None),
    ("jaccard", "gate", "all", "recall", 10, 0.25, None),
    ("also", "gate", "all", "recall_difference", 10, 0.1, "jaccard"),
    ("also", "gate", "likes_0_9", "recall_difference", 10, 0.18, "jaccard"),
    ("base", "gate", "all", "recall_difference", 10, 0.1, "jaccard"),
    ("base", "gate", "all", "recall_difference", 10, -0.0, "also"),
    ("jaccard", "gate", "all", "recall_difference", 10, -0.1, "also"),
    *((source, "holdout", "all", "coverage", 10, 100.0, None) for source in ("also", "jaccard")),
]
# Test figures alone, as of few users none of whom has a validation like.
OF_TEST = [
    ("jaccard", "holdout", "all", "nps", 10, 0.5, None),
    ("base", "holdout", "all", "nps", 10, 0.9, None),
]
# Each interval reaches .02 to both sides.
ENDS = ("value - 0.02 AS ci_low", "value + 0.02 AS ci_high")
SCHEMA = (
    "source string, protocol string, segment string, metric string, k int, value double, "
    "versus string"
)


@pytest.fixture(scope="module")
def choose(spark):
    evaluation = spark.createDataFrame(ROWS, SCHEMA).selectExpr("*", *ENDS)

    def choose(*overrides, present=None, rows=None, held=False):
        settings = load_config("conf/mal2020.yml", overrides).publish
        frame = evaluation
        if rows is not None:
            frame = spark.createDataFrame(rows, SCHEMA).selectExpr("*", *ENDS)
        now = None if present is None else Present(present, "before", held)
        return choose_champion(frame, settings, now)

    return choose


def test_the_first_one_is_the_best_on_validation_ratings_and_of_equals_the_first_by_name(choose):
    champion = choose("publish.metric=recall", "publish.k=10")
    assert champion.source == "also"
    assert champion.reason == "best recall@10 on validation ratings = 0.3500 of 3 sources"
    assert champion.figures == {}


def test_without_validation_figures_the_first_one_is_the_best_on_test_ratings(choose):
    for gate in ("on", "dry_run", "off"):
        champion = choose("publish.metric=ndcg", f"publish.gate={gate}")
        assert champion.source == "jaccard"
        assert champion.reason == "best ndcg@10 on test ratings = 0.9000 of 1 sources"


def test_a_champion_never_loses_its_place_to_another_by_test_ratings(choose):
    # Only jaccard has test figures of ndcg, and nobody has validation figures of it.
    stays = choose("publish.metric=ndcg", present="jaccard")
    assert stays.source == "jaccard"
    assert stays.reason == "stays: nothing was measured on validation ratings"
    worse = choose("publish.metric=nps", present="jaccard", rows=OF_TEST)
    assert (worse.source, worse.reason) == (stays.source, stays.reason)
    without = choose("publish.metric=nps", "publish.gate=off", present="jaccard", rows=OF_TEST)
    assert without.source == "base"
    assert without.reason == "best nps@10 on test ratings = 0.9000 of 2 sources"


def test_a_champion_that_is_measured_no_more_gives_way_and_the_reason_says_so(choose):
    champion = choose(present="gone")
    assert champion.source == "also"
    assert champion.reason == (
        "gone has no recall@10 to compare with; "
        "best recall@10 on validation ratings = 0.3500 of 3 sources"
    )


def test_the_present_champion_stays_until_another_one_is_surely_better(choose):
    stays = choose(present="also")
    assert stays.source == "also"
    assert stays.reason.startswith("stays: base: no sure difference (-0.0000")
    assert stays.figures["base.gain"] == 0
    moves = choose(present="jaccard")
    assert moves.source == "also"
    assert moves.reason.startswith("better than jaccard by +0.1000 recall@10, at least +0.07")
    assert moves.figures["also.likes_0_9.high"] == pytest.approx(0.2)
    dry = choose("publish.gate=dry_run", present="jaccard")
    assert dry.source == "jaccard"
    assert "also would win" in dry.reason
    assert dry.figures == moves.figures
    assert choose("publish.gate=off", present="jaccard").source == "also"


def test_a_source_named_in_the_config_is_champion_with_its_figure(choose):
    champion = choose("publish.champion=jaccard")
    assert champion.source == "jaccard"
    assert champion.reason == "named in the config; recall@10 = 0.3100"


def test_a_named_source_that_was_not_evaluated_is_an_error_that_lists_the_others(choose):
    with pytest.raises(ConfigError, match=r"'finetuned', which was not evaluated; .* also, base"):
        choose("publish.champion=finetuned")


def test_where_nobody_has_a_test_like_a_named_source_is_published_unmeasured(spark):
    rows = [("jaccard", "holdout", "all", "coverage", 10, 4.0, None)]
    evaluation = spark.createDataFrame(rows, SCHEMA)
    best = load_config("conf/mal2020.yml").publish
    with pytest.raises(QualityError, match=r"nobody has a like among the test ratings\. Give more"):
        choose_champion(evaluation, best, None)
    named = best.model_copy(update={"champion": "jaccard"})
    assert (
        choose_champion(evaluation, named, None).reason
        == "named in the config; nobody has a test like"
    )


def test_a_metric_that_cannot_decide_is_refused(choose):
    with pytest.raises(ConfigError, match=r"publish\.metric"):
        choose("publish.metric=novelty")


def test_a_champion_that_is_held_stays_although_another_one_is_surely_better(choose):
    assert choose(present="jaccard").source == "also"
    stays = choose(present="jaccard", held=True)
    assert (stays.source, stays.reason.partition(";")[0]) == ("jaccard", "stays: it is held")


def test_a_held_champion_that_has_no_lists_any_more_gives_way(choose):
    assert choose(present="gone", held=True).source == "also"
