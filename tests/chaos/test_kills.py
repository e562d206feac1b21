"""A run that is killed anywhere leaves a store that the next run brings to what a new one has.

`make chaos` runs it; CHAOS_SEED chooses data and moments.
"""

import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

import pytest

from colike.errors import StoreError
from colike.tables import IdTypes, Store, contracts
from colike.tables.damage import damages

from .nights import COMPARED, colike, command, finished, first_night, next_night

SEED = int(os.environ.get("CHAOS_SEED", "1"))
MOMENTS = 20
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Files of two nights, a store after the first, and a new store of each."""
    folder = tmp_path_factory.mktemp("nights")
    first = first_night(folder / "first", SEED)
    second = next_night(first, folder / "second", Random(SEED))
    stores = {}
    for name, data in (("first", first), ("second", second)):
        stores[data] = folder / f"store of {name}"
        finished(command(data, stores[data]))
    return first, second, stores


def commits_of_a_night(nights, folder):
    """How many commits the second night makes on the store of the first."""
    first, second, stores = nights
    shutil.copytree(stores[first], folder)
    before = versions(folder)
    finished(command(second, folder))
    after = versions(folder)
    return sum(after[table] - before.get(table, 0) for table in after)


def versions(store: Path) -> dict[str, int]:
    logs = (store / "tables").glob("*/_delta_log")
    return {log.parent.name: max(int(path.stem) for path in log.glob("*.json")) for log in logs}


def rows(spark, folder, table):
    """The rows of a table, without what names the run; of published ones those shown now."""
    store = Store.open(spark, str(folder), IdTypes("bigint", "bigint"))
    frame = store.read(table)
    if table.startswith("published_"):
        shown = store.read("champion_moves").orderBy("at", ascending=False).first().run_id
        frame = frame.where(frame.run_id == shown)
    names = [column.name for column in contracts()[table].columns if column.name != "run_id"]
    return sorted(map(str, frame.select(*names).collect()))


def is_as_new(spark, folder, new):
    return [table for table in COMPARED if rows(spark, folder, table) != rows(spark, new, table)]


def test_a_kill_after_any_commit_is_mended_by_the_next_run_with_any_files(spark, nights, tmp_path):
    first, second, stores = nights
    commits = commits_of_a_night(nights, tmp_path / "whole")
    assert commits >= 12
    failed = []
    for number in range(1, commits + 1):
        store = tmp_path / f"killed-{number}"
        shutil.copytree(stores[first], store)
        killed = colike(command(second, store), number)
        said, _ = killed.communicate(timeout=300)
        assert killed.returncode == -signal.SIGKILL, said[-2000:]
        # In turn with the files that were being read, and with those of before.
        data = second if number % 2 else first
        finished(command(data, store))
        differ = is_as_new(spark, store, stores[data])
        print(f"{said.splitlines()[-1]}, then files of {data.name}: {differ or 'as new'}")
        failed += [(number, differ)] if differ else []
        shutil.rmtree(store)
    assert not failed


def test_a_kill_at_any_moment_is_mended_by_the_next_run(spark, nights, tmp_path):
    first, second, stores = nights
    random = Random(SEED)
    for number in range(MOMENTS):
        store = tmp_path / f"moment-{number}"
        shutil.copytree(stores[first], store)
        process = colike(command(second, store))
        time.sleep(random.uniform(3, 25))
        os.killpg(process.pid, signal.SIGKILL)  # Java and Python's workers too
        process.wait()
        found = Store.open(spark, str(store), IdTypes("bigint", "bigint"))
        assert not {table for table, damage in damages(found).items() if damage}
        finished(command(second, store))
        assert is_as_new(spark, store, stores[second]) == [], number
        shutil.rmtree(store)


def test_of_two_runs_at_once_one_works_and_the_other_says_who_holds_the_store(
    spark, nights, tmp_path
):
    first, second, stores = nights
    for where in ("path", "uri"):
        folder = tmp_path / f"both-{where}"
        shutil.copytree(stores[first], folder)
        named = folder.as_uri() if where == "uri" else str(folder)
        both = [colike(command(second, named)) for _ in range(2)]
        said = [process.communicate(timeout=300)[0] for process in both]
        assert sorted(process.returncode for process in both) == [0, 2], said
        assert any(StoreError.__name__ in text and "is in use by" in text for text in said)
        assert is_as_new(spark, folder, stores[second]) == []
