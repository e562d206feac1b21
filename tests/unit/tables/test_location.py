from pathlib import Path

import pytest

from colike.errors import StoreError
from colike.run.lease import hold
from colike.tables import IdTypes, Store, folder_lock
from colike.tables.location import CatalogLocation, FolderLocation, locate


def test_a_dotted_name_is_a_catalog_schema_unless_a_folder_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate("main.colike") == CatalogLocation("main.colike")
    assert locate("main.colike").identifier("ratings") == "main.colike.ratings"
    assert locate("main.colike").files == "/Volumes/main/colike/files"
    (tmp_path / "main.colike").mkdir()
    assert locate("main.colike") == FolderLocation("main.colike")


def test_a_relative_folder_is_one_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    location = locate("build/store")
    assert location.local == tmp_path / "build" / "store"
    assert location.identifier("ratings") == f"delta.`{tmp_path}/build/store/tables/ratings`"


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("file:///data/store", "/data/store"),
        ("file:/data/store/", "/data/store"),
        ("file:///data/my%20store", "/data/my store"),
    ],
)
def test_a_file_uri_is_a_folder_of_this_machine(uri, folder):
    location = locate(uri)
    assert location.local == Path(folder)
    assert location.files == f"{folder}/files"
    assert location.identifier("ratings") == f"delta.`{folder}/tables/ratings`"


@pytest.mark.parametrize(
    "uri", ["s3://bucket/store", "abfss://c@account.host/store", "dbfs:/store"]
)
def test_a_uri_of_another_file_system_is_no_folder_of_this_machine(uri):
    location = locate(f"{uri}/")
    assert location.local is None
    assert location.identifier("ratings") == f"delta.`{uri}/tables/ratings`"
    assert location.files == f"{uri}/files"


def test_a_file_uri_and_its_path_are_one_store_to_the_lock(tmp_path):
    # A store that is only locked needs no session.
    store = Store(None, locate(tmp_path.as_uri()), IdTypes("bigint", "bigint"))
    with folder_lock(tmp_path), pytest.raises(StoreError, match="in use"), hold(store, "run-1"):
        pass
    with hold(store, "run-1"), pytest.raises(StoreError, match="in use"), folder_lock(tmp_path):
        pass
