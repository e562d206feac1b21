"""Which source becomes the champion."""

import pytest

from colike.config import load_config
from colike.errors import ConfigError, QualityError
from colike.publish.champion import choose_champion

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
]
SCHEMA = (
    "source string, protocol string, segment string, metric string, k int, value double, "
    "versus string"
)


@pytest.fixture(scope="module")
def choose(spark):
    evaluation = spark.createDataFrame(ROWS, SCHEMA)

    def choose(*overrides):
        settings = load_config("conf/mal2020.yml", overrides).publish
        return choose_champion(evaluation, settings)

    return choose


def test_the_best_by_the_metric_on_all_users_wins_and_of_equals_the_first_by_name(choose):
    champion = choose("publish.metric=recall", "publish.k=10")
    assert champion.source == "also"
    assert champion.reason == "best recall@10 = 0.4200 of 3 sources"
    assert choose("publish.metric=ndcg").source == "jaccard"


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
        choose_champion(evaluation, best)
    named = best.model_copy(update={"champion": "jaccard"})
    assert (
        choose_champion(evaluation, named).reason == "named in the config; nobody has a test like"
    )


def test_a_metric_that_was_not_evaluated_is_an_error(choose):
    with pytest.raises(ConfigError, match="no source was evaluated by novelty@10"):
        choose("publish.metric=novelty")
