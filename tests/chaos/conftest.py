"""What the tests of faults share: two nights' files, and a new store of each."""

from random import Random

import pytest

from .nights import SEED, command, finished, first_night, next_night


@pytest.fixture(scope="session")
def nights(tmp_path_factory):
    """Files of two nights, and a store that knows nothing but each, by its files."""
    folder = tmp_path_factory.mktemp("nights")
    first = first_night(folder / "first", SEED)
    second = next_night(first, folder / "second", Random(SEED))
    stores = {}
    for name, data in (("first", first), ("second", second)):
        stores[data] = folder / f"store of {name}"
        finished(command(data, stores[data]))
    return first, second, stores
