"""Two nights of a small data set, and a store after each, for what goes wrong in the second."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from pyspark.sql import SparkSession

from colike.config import Config, load_config
from colike.tables import Store

from .nights import IN_PROCESS, NIGHTLY, SEED, first_night, next_night
from .sameness import Row, opened, rows_of

#: What takes longest is handed out first, so that pytest-xdist's workers end together.
LONGEST = ("test_soak.py", "test_kills.py", "test_edits.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first; all others keep their places."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@dataclass(frozen=True)
class Night:
    """Files of two nights, a store after the first one, and its rows then and after the second."""

    first: Path
    second: Path
    before: Store
    old: Mapping[str, list[Row]]
    new: Mapping[str, list[Row]]
    config: Config
    run_jobs: Callable[..., list[str]]

    def copied(self, folder: Path) -> Store:
        """Return a copy of the store."""
        return opened(self.before.spark, shutil.copytree(str(self.before.location.local), folder))

    def run(self, store: Store, run_id: str, data: Path | None = None) -> list[str]:
        """Run the second night in a store, in this process, or on other files."""
        return self.run_jobs(self.config, store, NIGHTLY, data or self.second, run_id)


@pytest.fixture(scope="session")
def night(
    spark: SparkSession,
    run_jobs: Callable[..., list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Night:
    """The two nights; tests copy the store and never write to it."""
    folder = tmp_path_factory.mktemp("night")
    first = first_night(folder / "first", SEED)
    second = next_night(first, folder / "second", Random(SEED))
    config = load_config("conf/mal2020.yml", IN_PROCESS)
    before, new = opened(spark, folder / "before"), opened(spark, folder / "new")
    run_jobs(config, before, NIGHTLY, first, "first")
    run_jobs(config, new, NIGHTLY, second, "second")
    return Night(first, second, before, rows_of(before), rows_of(new), config, run_jobs)
