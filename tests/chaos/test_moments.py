"""A run that is killed at any moment, and two runs at once."""

import os
import shutil
import signal
import time
from random import Random

from colike.errors import StoreError
from colike.tables.damage import damages

from .nights import MARKS, SEED, command, finished, started
from .stores import differing, opened

MOMENTS = 20
pytestmark = MARKS


def test_a_kill_at_any_moment_is_mended_by_the_next_run(spark, nights, tmp_path):
    first, second, stores = nights
    random = Random(SEED)
    whole = tmp_path / "whole"
    shutil.copytree(stores[first], whole)
    start = time.monotonic()
    finished(command(second, whole))
    seconds = time.monotonic() - start
    killed = 0
    for number in range(MOMENTS):
        store = tmp_path / f"moment-{number}"
        shutil.copytree(stores[first], store)
        process = started(command(second, store))
        time.sleep(random.uniform(0.1, 1.0) * seconds)
        os.killpg(process.pid, signal.SIGKILL)  # Java and Python's workers too
        killed += process.wait() == -signal.SIGKILL
        damaged = {table for table, damage in damages(opened(spark, store)).items() if damage}
        assert damaged == set(), number
        finished(command(second, store))
        assert differing(spark, store, stores[second]) == [], number
        shutil.rmtree(store)
    print(f"{killed} of {MOMENTS} runs of {seconds:.0f} s were killed before their end")
    assert killed >= MOMENTS / 2


def test_of_two_runs_at_once_one_works_and_the_other_says_who_holds_the_store(
    spark, nights, tmp_path
):
    first, second, stores = nights
    for where in ("path", "uri"):
        folder = tmp_path / f"both-{where}"
        shutil.copytree(stores[first], folder)
        named = folder.as_uri() if where == "uri" else str(folder)
        both = [started(command(second, named)) for _ in range(2)]
        said = [process.communicate(timeout=300)[0] for process in both]
        assert sorted(process.returncode for process in both) == [0, 2], said
        assert any(StoreError.__name__ in text and "is in use by" in text for text in said)
        assert differing(spark, folder, stores[second]) == []
