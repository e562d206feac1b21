import subprocess
import sys
from contextlib import contextmanager

import pytest

from colike.errors import StoreError
from colike.tables import store_lock
from colike.tables.location import CatalogLocation, FolderLocation, locate

HOLDER = """
import sys
from colike.tables.location import FolderLocation
from colike.tables.lock import store_lock
with store_lock(FolderLocation(sys.argv[1])):
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
        store_lock(FolderLocation(str(store))),
    ):
        pass


def test_a_store_is_free_again_when_its_holder_was_killed(tmp_path):
    with another_process_that_holds(tmp_path) as holder:
        holder.kill()
        holder.wait()
        with store_lock(FolderLocation(str(tmp_path))):
            assert (tmp_path / ".lock").exists()


def test_a_store_is_free_again_after_an_error(tmp_path):
    location = FolderLocation(str(tmp_path))
    with pytest.raises(RuntimeError, match="within"), store_lock(location):
        raise RuntimeError("within")
    with store_lock(location):
        pass


def test_two_stores_do_not_wait_for_each_other(tmp_path):
    with (
        another_process_that_holds(tmp_path / "one"),
        store_lock(FolderLocation(str(tmp_path / "two"))),
    ):
        pass


def test_a_dotted_name_is_a_catalog_schema_unless_a_folder_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate("main.colike") == CatalogLocation("main.colike")
    assert locate("main.colike").identifier("ratings") == "main.colike.ratings"
    (tmp_path / "main.colike").mkdir()
    assert locate("main.colike") == FolderLocation("main.colike")
    assert locate("build/store") == FolderLocation("build/store")
    assert (
        locate("s3://bucket/store").identifier("ratings")
        == "delta.`s3://bucket/store/tables/ratings`"
    )
