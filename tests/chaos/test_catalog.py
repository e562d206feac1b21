"""Two runs at once on a store in a catalog, where a lease stands for the lock of a folder.

`make chaos` runs it.
"""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest

from colike.config import load_config
from colike.errors import StoreError
from colike.tables import IdTypes, Store

from .nights import IN_PROCESS, SEED, first_night, next_night
from .sameness import differing, opened, rows_of

#: Jobs that keep no files, for which a catalog has volumes.
JOBS = ("ingest", "similarity")
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@pytest.fixture(scope="module")
def made(spark, run_jobs, tmp_path_factory):
    """A config, the files of two nights, and the rows of a new store of the second."""
    folder = tmp_path_factory.mktemp("catalog")
    first = first_night(folder / "first", SEED)
    second = next_night(first, folder / "second", Random(SEED))
    config = load_config("conf/mal2020.yml", IN_PROCESS)
    store = opened(spark, folder / "store")
    run_jobs(config, store, JOBS, second, "new")
    return config, first, second, rows_of(store, ("ratings", "user_history", "item_similarity"))


@pytest.fixture
def catalog(spark):
    """The name of a schema in the session's catalog."""
    name = f"spark_catalog.chaos_{uuid.uuid4().hex[:8]}"
    yield name
    spark.sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")


@pytest.mark.parametrize("is_there", [False, True], ids=["new", "there"])
def test_of_two_runs_at_once_one_works_and_the_other_says_who_holds_the_store(
    spark, made, run_jobs, catalog, is_there
):
    config, first, second, wanted = made

    def store():
        return Store.open(spark.newSession(), catalog, IdTypes("bigint", "bigint"))

    if is_there:
        run_jobs(config, store(), JOBS, first, "before")
    at_once = Barrier(2)

    def run(run_id):
        at_once.wait()
        try:
            return run_jobs(config, store(), JOBS, second, run_id)
        except StoreError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(run, ("one", "other")))
    worked = [one for one in ended if one == list(JOBS)]
    refused = [one for one in ended if "is in use by run" in one]
    assert (len(worked), len(refused)) == (1, 1), ended
    assert differing(store(), wanted) == []
