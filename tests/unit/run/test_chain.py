import pytest

from colike.errors import ConfigError
from colike.run.chain import JOBS, select_jobs


def test_jobs_are_all_or_from_one_on_or_some_alone_and_never_those_left_out():
    assert select_jobs() == JOBS
    assert select_jobs("publish") == ("publish", "maintain")
    assert select_jobs(only=["embed"]) == ("embed",)
    assert select_jobs(only=["similarity", "ingest"]) == ("ingest", "similarity"), "in their order"
    assert select_jobs("embed", without=["publish", "pairs"]) == (
        "embed", "neighbours", "recommend", "evaluate", "maintain",
    )  # fmt: skip


@pytest.mark.parametrize(
    "asked", [("embed", ["ingest"], ()), (None, ["ingest"], ["ingest"]), (None, (), JOBS)]
)
def test_options_that_leave_no_job_are_an_error_and_none_of_them_is_passed_over(asked):
    with pytest.raises(ConfigError, match="leave no job"):
        select_jobs(*asked)


@pytest.mark.parametrize("asked", [("embd", (), ()), (None, ["embd"], ()), (None, (), ["embd"])])
def test_a_job_that_there_is_not_is_an_error_that_names_the_jobs(asked):
    with pytest.raises(ConfigError, match="There is no job 'embd'; the jobs are ingest, "):
        select_jobs(*asked)
