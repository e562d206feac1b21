import re

import pytest

from colike.errors import ConfigError
from colike.run.ids import checked_run_id, new_run_id
from colike.run.session import Run


@pytest.mark.parametrize(
    "run_id", ["x' OR '1'='1", "../../../../evil", "", "a" * 81, "-x", "a b", "run-1\n"]
)
def test_a_run_id_that_is_no_name_is_refused_before_anything_is_done(run_id):
    with pytest.raises(ConfigError, match=re.escape(f"Run id {run_id!r} is not a name")):
        checked_run_id(run_id)
    with pytest.raises(ConfigError, match="is not a name: use at most 80 letters"):
        Run(None, None, run_id, None, None)


@pytest.mark.parametrize("run_id", ["1", "run-1", "scheduled__2026-01-01T00.00", "a" * 80])
def test_ids_that_schedulers_give_are_taken_as_they_are(run_id):
    assert checked_run_id(run_id) == run_id


def test_new_ids_are_names_that_sort_by_time_and_differ():
    ids = [new_run_id() for _ in range(20)]
    assert [checked_run_id(one) for one in ids] == ids
    assert len(set(ids)) == 20
    assert [one[:15] for one in ids] == sorted(one[:15] for one in ids)


def test_an_error_quotes_the_beginning_of_a_long_id():
    with pytest.raises(ConfigError) as raised:
        checked_run_id("x" * 100_000)
    assert len(str(raised.value)) < 300
