import errno
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from colike.errors import StoreError
from colike.tables import folder_lock

HOLDER = """
import sys
from pathlib import Path
from colike.tables.lock import folder_lock
with folder_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process_that_holds(store):
    command = [sys.executable, "-c", HOLDER, str(store)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()


def test_a_store_that_another_process_holds_is_refused_by_its_id(tmp_path):
    store = tmp_path / "store"
    with (
        another_process_that_holds(store) as holder,
        pytest.raises(StoreError, match=f"in use by process {holder.pid}; wait until it ends"),
        folder_lock(store),
    ):
        pass


def test_a_store_is_free_again_when_its_holder_was_killed(tmp_path):
    with another_process_that_holds(tmp_path) as holder:
        holder.kill()
        holder.wait()
        with folder_lock(tmp_path):
            assert (tmp_path / ".lock").exists()


def test_a_store_is_free_again_after_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="within"), folder_lock(tmp_path):
        raise RuntimeError("within")
    with folder_lock(tmp_path):
        pass


def test_two_stores_do_not_wait_for_each_other(tmp_path):
    with another_process_that_holds(tmp_path / "one"), folder_lock(tmp_path / "two"):
        pass


def a_file(folder):
    folder.write_text("x")


def a_file_above(folder):
    folder.parent.write_text("x")


def a_folder_as_lock(folder):
    (folder / ".lock").mkdir(parents=True)


@pytest.mark.parametrize("place", [a_file, a_file_above, a_folder_as_lock])
def test_where_no_store_can_be_is_one_sentence(tmp_path, place):
    folder = tmp_path / "above" / "store"
    if place is not a_file_above:
        folder.parent.mkdir()
    place(folder)
    says = r"Store .*store cannot be written \(.+\); give another --store"
    with pytest.raises(StoreError, match=says), folder_lock(folder):
        pass
    with pytest.raises(StoreError, match="File name too long"), folder_lock(tmp_path / ("x" * 300)):
        pass


def test_a_folder_of_another_user_is_refused_with_what_to_do(tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path / ".lock"))

    # Root, as whom tests may run, is denied nothing.
    monkeypatch.setattr(Path, "open", denied)
    says = r"cannot be written \(Permission denied: .*\.lock\); give another --store"
    with pytest.raises(StoreError, match=says), folder_lock(tmp_path):
        pass
