import pytest

from colike.errors import LookupFailedError
from colike.queries.samples import sample_named


def test_a_sample_has_the_question_and_the_sql_of_its_file():
    sample = sample_named("best_sources")
    assert sample.question == (
        "Which sources find most of what people like, and how certain is that?"
    )
    assert sample.sql.startswith(f"-- {sample.question}\nSELECT source")


def test_an_unknown_name_is_told_with_all_that_there_are():
    with pytest.raises(LookupFailedError, match=r"no sample question 'best'.*best_sources, "):
        sample_named("best")
