"""An empty store, and what runs stages in it."""

from pathlib import Path

import pytest

from colike.config import load_config
from colike.tables import IdTypes, Store


@pytest.fixture
def store(spark, tmp_path: Path) -> Store:
    return Store.open(spark, str(tmp_path / "store"), IdTypes("bigint", "bigint"))


@pytest.fixture
def works(store, run_jobs):
    """Runs stages, each call as a run of its own; returns the names of those that did work."""

    def works(*stages, overrides=(), **more):
        return run_jobs(load_config("conf/mal2020.yml", overrides), store, stages, **more)

    return works
