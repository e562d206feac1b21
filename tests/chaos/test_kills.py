"""A run that is killed anywhere leaves a store that the next run brings to what a new one has."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from colike.errors import StoreError
from colike.tables.writer import Writer

from .nights import ONE_CHAMPION, SEED, colike, command
from .sameness import damaged, differing, opened

#: Every write of every table ends in one of these, so a new table cannot be forgotten.
COMMITS = ("_commit", "_keep_house")
#: Twice as many moments as their product, for a store begins in two ways.
ROUNDS, KILLS = 2, 5
#: Seconds that a run has taken when it is killed: from Java's start to after its end.
SOONEST, LATEST = 2.0, 45.0
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@contextmanager
def copied_after_each_commit(store: Path, folder: Path) -> Iterator[list[tuple[str, Path]]]:
    """Yield the tables that are committed inside, each with a copy of the store of that moment.

    It is what a kill of the process at that moment would leave.
    """
    copies: list[tuple[str, Path]] = []

    def copying(work: Callable[..., Any]) -> Callable[..., Any]:
        def commit(writer: Writer, table: str, *more: Any) -> Any:
            result = work(writer, table, *more)
            copy = folder / f"killed-{len(copies) + 1}"
            copies.append((table, Path(shutil.copytree(store, copy))))
            return result

        return commit

    with pytest.MonkeyPatch.context() as patch:
        for name in COMMITS:
            patch.setattr(Writer, name, copying(getattr(Writer, name)))
        yield copies


def test_a_kill_after_any_commit_is_mended_by_the_next_run_with_any_files(night, tmp_path):
    whole = night.copied(tmp_path / "whole")
    with copied_after_each_commit(whole.location.local, tmp_path) as copies:
        night.run(whole, "killed")
    assert differing(whole, night.new) == []
    assert len(copies) >= 15
    failed = {}
    for number, (table, folder) in enumerate(copies, 1):
        store = opened(night.before.spark, folder)
        # With the files that were being read, or now and then with those of before.
        data, wanted = (night.second, night.new) if number % 4 else (night.first, night.old)
        night.run(store, f"after-{number}", data)
        told = differing(store, wanted)
        print(f"commit {number}, {table}, then files of {data.name}: {told or 'as new'}")
        if told:
            failed[number, table] = told
        shutil.rmtree(folder)
    assert failed == {}


@pytest.mark.parametrize("begins", ["new", "there"])
def test_kills_at_any_moments_are_mended_by_the_next_run(night, tmp_path, begins):
    """Run after run is killed, each with the other night's files than the one before."""
    random, killed = Random(f"{SEED} {begins}"), 0
    for time_after_time in range(ROUNDS):
        folder = tmp_path / f"store-{time_after_time}"
        if begins == "there":
            night.copied(folder)
        for number in range(KILLS):
            data = night.first if number % 2 else night.second
            process = colike(command(data, folder, ONE_CHAMPION))
            moment = random.uniform(SOONEST, LATEST)
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)  # Java and Python's workers too
            killed += process.wait() == -signal.SIGKILL
            told = damaged(opened(night.before.spark, folder))
            print(f"killed after {moment:.1f} s: {told or 'no table is damaged'}")
            assert told == {}
        store = opened(night.before.spark, folder)
        night.run(store, f"after-{time_after_time}")
        assert differing(store, night.new) == []
        shutil.rmtree(folder)
    print(f"{killed} of {ROUNDS * KILLS} runs were killed before their end")
    assert killed >= ROUNDS * KILLS / 2


def test_of_two_runs_at_once_one_works_and_the_other_says_who_holds_the_store(night, tmp_path):
    for where in ("path", "uri"):
        folder = tmp_path / f"both-{where}"
        night.copied(folder)
        named = folder.as_uri() if where == "uri" else str(folder)
        both = [colike(command(night.second, named, ONE_CHAMPION)) for _ in range(2)]
        said = [process.communicate(timeout=300)[0] for process in both]
        assert sorted(process.returncode for process in both) == [0, 2], said
        assert any(StoreError.__name__ in text and "is in use by" in text for text in said)
        assert differing(opened(night.before.spark, folder), night.new) == []
