"""What a run that is killed after any of its commits leaves, the next run mends."""

import shutil
import signal

from .nights import MARKS, command, commits_of, finished, started
from .stores import differing

pytestmark = MARKS


def test_a_kill_after_any_commit_is_mended_by_the_next_run_with_any_files(spark, nights, tmp_path):
    first, second, stores = nights
    whole = tmp_path / "whole"
    shutil.copytree(stores[first], whole)
    commits = commits_of(finished(command(second, whole)))
    assert commits >= 12
    failed = {}
    for number in range(1, commits + 1):
        store = tmp_path / f"killed-{number}"
        shutil.copytree(stores[first], store)
        killed = started(command(second, store), number)
        said, _ = killed.communicate(timeout=300)
        assert killed.returncode == -signal.SIGKILL, said[-2000:]
        # In turn with the files that were being read, and with those of before.
        data = second if number % 2 else first
        finished(command(data, store))
        differ = differing(spark, store, stores[data])
        print(f"{said.splitlines()[-1]}, then files of {data.name}: {differ or 'as new'}")
        if differ:
            failed[number] = differ
        shutil.rmtree(store)
    assert failed == {}
