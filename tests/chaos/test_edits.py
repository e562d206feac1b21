"""Whatever was done to a store before, a run leaves what a new store of its files has.

States of a tiny data set, each made of another one by one edit, are a tree. A sequence of edits is
a walk along its edges, forth (the edit) and back (the earlier files, the earlier config), from a
copy of the store of the state that it begins at. Before some steps tables are put back as they were
after an earlier one, as from a backup. After each step the store is compared, so that ten walks of
five steps are fifty sequences. `make chaos` runs it; CHAOS_SEED chooses all.
"""

import os
import shutil
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest

from colike.config import load_config

from ..spark.copies import put_back, tables_of
from .edits import EDITS, first_state, write
from .nights import COMPARED, IN_PROCESS, SEED
from .sameness import differing, opened, rows_of

STATES, WALKS, STEPS = 11, 10, 5
#: Every so many walks end with the jobs that measure and publish.
PUBLISHING = 4
#: The share of steps before which tables are put back.
BACK = 0.4
JOBS, LAST_JOBS = ("ingest", "similarity", "neighbours", "recommend"), ("evaluate", "publish")
TABLES = tuple(table for table in COMPARED if not table.startswith("published_"))
PUBLISHED = (*COMPARED, "evaluation")
#: A night's, with counts that are brought up to date, and sources that all states have.
CONFIG = (
    *IN_PROCESS,
    "recommend.sources=[popularity,jaccard]",
    "similarity.tiled.keep_colikes=true",
    "publish.champion=jaccard",
)
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@dataclass
class Place:
    """A state: how it came about, the places next to it, its files, config, and a new store."""

    edit: str
    data: object
    config: object
    around: list[int]
    made: dict = field(default_factory=dict)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The states as a tree: every edit comes twice, each upon a random state before it."""
    folder, random = tmp_path_factory.mktemp("states"), Random(SEED)
    states = [first_state(folder / "generated", SEED)]
    places = [Place("generated", folder / "generated", load_config("conf/mal2020.yml", CONFIG), [])]
    for number in range(1, STATES):
        edit, parent = EDITS[number % len(EDITS)], random.randrange(number)
        states.append(edit.make(states[parent], random))
        data = write(states[-1], folder / "generated", folder / f"files-{number}")
        config = load_config("conf/mal2020.yml", [*CONFIG, *states[-1].settings])
        places[parent].around.append(number)
        places.append(Place(edit.name, data, config, [parent]))
    return places


@pytest.fixture(scope="module")
def new(spark, places, run_jobs, tmp_path_factory):
    """Gives a new store of a place, made once, with its rows."""
    folder = tmp_path_factory.mktemp("new")

    def new(number):
        place = places[number]
        if not place.made:
            store = opened(spark, folder / str(number))
            run_jobs(place.config, store, JOBS, place.data, "new")
            place.made = {"store": store.location.local, "rows": rows_of(store, TABLES)}
        return place.made

    return new


@pytest.fixture
def copied(spark, tmp_path):
    """Copies stores, for one test."""
    yield lambda folder, name: opened(spark, shutil.copytree(folder, tmp_path / name))
    shutil.rmtree(tmp_path)


def some_put_back(store, copies, step, random):
    """Put some tables back as they were before a random step, or as they are; return which."""
    copy = copies / f"before-{random.randint(0, step)}"
    tables = sorted(folder.name for folder in copy.iterdir())
    chosen = random.sample(tables, random.randint(1, len(tables)))
    for table in chosen:
        put_back(store, table, copy / table)
    return [*chosen, "of", copy.name]


@pytest.mark.parametrize("number", range(WALKS))
def test_after_any_edits_every_table_is_as_in_a_new_store(
    number, places, new, copied, run_jobs, tmp_path
):
    random = Random(f"{SEED} {number}")
    here, run_id = random.randrange(STATES), "new"
    store, walk = copied(new(here)["store"], "edited"), [str(here)]
    for step in range(STEPS):
        shutil.copytree(tables_of(store), tmp_path / f"before-{step}")
        # Now and then nothing has changed; first something has.
        there = random.choice([*places[here].around * 4, *([here] if step else [])])
        run_id = run_id if random.random() < 0.25 else f"step-{step}"
        walk.append(f"{there} ({places[max(here, there)].edit}), as {run_id}")
        back = some_put_back(store, tmp_path, step, random) if random.random() < BACK else []
        walk[-1] += f", after {' '.join(back)} were put back" if back else ""
        worked = run_jobs(places[there].config, store, JOBS, places[there].data, run_id)
        assert back or bool(worked) == (there != here), f"{walk} worked: {worked}"
        here = there
        assert differing(store, new(here)["rows"]) == [], walk
    print(" -> ".join(walk))
    if number % PUBLISHING == 0:
        publish = partial(run_jobs, places[here].config, data=places[here].data, run_id="last")
        unedited = copied(new(here)["store"], "unedited")
        for each in (store, unedited):
            assert publish(store=each, jobs=LAST_JOBS) == list(LAST_JOBS)
        assert differing(store, rows_of(unedited, PUBLISHED, "last"), "last") == []
