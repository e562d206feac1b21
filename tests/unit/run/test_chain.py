import pytest

from colike.errors import ConfigError
from colike.run.chain import JOBS, select_jobs


def test_jobs_are_all_or_from_one_on_or_one_alone_and_never_those_left_out():
    assert select_jobs(None, None) == JOBS
    assert select_jobs("publish", None) == ("publish", "maintain")
    assert select_jobs(None, "embed") == ("embed",)
    assert select_jobs("embed", None, ["publish", "pairs"]) == (
        "embed", "neighbours", "recommend", "evaluate", "maintain",
    )  # fmt: skip


@pytest.mark.parametrize("asked", [("embd", None, ()), (None, "embd", ()), (None, None, ["embd"])])
def test_a_job_that_there_is_not_is_an_error_that_names_the_jobs(asked):
    with pytest.raises(ConfigError, match="There is no job 'embd'; the jobs are ingest, "):
        select_jobs(*asked)
