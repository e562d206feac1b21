from pathlib import Path

import pytest

from colike.errors import ConfigError, StoreError
from colike.run.lease import hold
from colike.tables import IdTypes, Store, folder_lock
from colike.tables.location import CatalogLocation, FolderLocation, locate


def test_a_dotted_name_is_a_catalog_schema_whatever_folders_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.colike").mkdir()
    location = locate("main.colike")
    assert location == CatalogLocation("main", "colike")
    assert location.identifier("ratings") == "`main`.`colike`.`ratings`"
    assert location.files == "/Volumes/main/colike/files"
    assert locate("./main.colike") == FolderLocation("./main.colike")


@pytest.mark.parametrize("store", ["prod-data.colike", "`prod-data`.colike", "prod-data.`colike`"])
def test_a_hyphen_is_part_of_a_name_and_is_quoted_in_sql(store):
    location = locate(store)
    assert location == CatalogLocation("prod-data", "colike")
    assert location.sql == "`prod-data`.`colike`"
    assert location.name == "prod-data.colike"
    assert location.files == "/Volumes/prod-data/colike/files"


@pytest.mark.parametrize("store", ["colike", "a.b.c", "main.", "x y.z", "main.col`ike", "", "."])
def test_what_is_neither_a_schema_nor_a_uri_nor_a_path_is_refused(store):
    with pytest.raises(ConfigError, match=r"neither catalog\.schema nor a URI nor a path"):
        locate(store)


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
