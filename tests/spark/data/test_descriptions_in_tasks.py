"""Templates run in Spark's tasks: what goes wrong there is one sentence, and ends in time."""

import pytest

from colike.config.models import DescriptionsConfig
from colike.data.items import with_descriptions
from colike.errors import ConfigError, cause_of, raised_in_a_task

ITEM = [(1, "Title", {"Genres": "Action"}, "One day.")]
SCHEMA = "item_id bigint, title string, attributes map<string, string>, synopsis string"


def described(spark, template):
    settings = DescriptionsConfig(template=template, max_synopsis_words=50)
    items = spark.createDataFrame(ITEM, SCHEMA)
    return with_descriptions(items, settings, ["Genres"]).collect()


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ 1 / (title | length - 5) }}", "division by zero"),
        ("{{ title * 10 ** 10 }}", "it takes more than 256 MiB; make it simpler."),
        (
            "{% for a in range(10**5) %}{% for b in range(10**5) %}{% endfor %}{% endfor %}",
            "it takes more than 1 s; make it simpler.",
        ),
    ],
)
def test_a_template_that_fails_in_a_task_names_the_item(spark, template, says):
    with pytest.raises(Exception, match="colike") as raised:
        described(spark, template)
    error = raised_in_a_task(raised.value)
    assert isinstance(error, ConfigError)
    assert str(error).startswith("descriptions.template fails for 'Title': ")
    assert says in str(error)


def test_the_worker_describes_on_after_it_was_bounded(spark):
    (row,) = described(spark, "{{ title }}: {{ Genres }}")
    assert row["description"] == "Title: Action"


def test_the_cause_of_any_error_in_a_task_is_its_own_line(spark):
    def fail(batches):
        yield from (1 / 0 for _ in batches)

    with pytest.raises(Exception, match="division") as raised:
        spark.range(1).mapInArrow(fail, "id bigint").collect()
    assert cause_of(raised.value) == "ZeroDivisionError: division by zero"
