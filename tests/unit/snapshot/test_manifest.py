import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colike.errors import SnapshotError
from colike.snapshot.manifest import open_snapshot, write_manifest

PART = "training_pairs/part-00000.parquet"


@pytest.fixture
def folder(make_snapshot):
    return make_snapshot()


def test_an_untouched_snapshot_opens_with_versions_rows_and_files(folder):
    snapshot = open_snapshot(folder)
    tables = snapshot.manifest.tables
    assert {name: table.version for name, table in tables.items()} == {
        "training_pairs": 3,
        "items": 1,
        "item_similarity": None,
        "validation_users": None,
    }
    # Five themes: 9 train items give 36 pairs, 5 held-out give 10, and as many negatives.
    assert snapshot.rows("training_pairs") == 5 * (36 + 10) * 2
    # The empty second file is listed and verified, and not read.
    assert [file.rows for file in tables["training_pairs"].files] == [150, 0, 310]
    assert [path.name for path in snapshot.files("training_pairs")] == [
        "part-00000.parquet",
        "part-00002.parquet",
    ]
    assert snapshot.manifest == write_manifest(folder, {"training_pairs": 3, "items": 1})


def test_a_changed_byte_is_refused(folder):
    content = bytearray((folder / PART).read_bytes())
    content[100] ^= 1
    (folder / PART).write_bytes(bytes(content))
    with pytest.raises(SnapshotError, match=r"part-00000\.parquet: content differs"):
        open_snapshot(folder)


def test_a_changed_config_is_refused(folder):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text.replace("42", "43"))
    with pytest.raises(SnapshotError, match=r"config\.json: content differs"):
        open_snapshot(folder)


def test_a_missing_file_is_refused(folder):
    (folder / PART).unlink()
    with pytest.raises(SnapshotError, match="listed in the manifest but missing"):
        open_snapshot(folder)


def test_an_extra_file_is_refused_because_a_glob_would_read_it(folder):
    (folder / "training_pairs/part-00009.parquet").write_bytes((folder / PART).read_bytes())
    with pytest.raises(SnapshotError, match=r"part-00009\.parquet: not in the manifest"):
        open_snapshot(folder)


def test_wrong_rows_in_the_manifest_are_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["items"]["files"][0]["rows"] += 1
    manifest["tables"]["items"]["rows"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SnapshotError, match="not 71 rows as the manifest says"):
        open_snapshot(folder)


def test_a_path_out_of_the_snapshot_is_refused(folder):
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"config.json"', '"../config.json"'))
    with pytest.raises(SnapshotError, match="is outside the snapshot"):
        open_snapshot(folder)


def test_a_folder_without_manifest_is_refused(tmp_path):
    with pytest.raises(SnapshotError, match="not a manifest of format 1"):
        open_snapshot(tmp_path)


def test_a_table_with_other_columns_gets_no_manifest(folder):
    path = folder / "items/part-00000.parquet"
    pq.write_table(pq.read_table(path).drop(["description"]), path)
    with pytest.raises(SnapshotError, match="no column at description"):
        write_manifest(folder, {})
    pq.write_table(pa.table({"item_idx": ["1"]}), path)
    with pytest.raises(SnapshotError, match="string at item_idx"):
        write_manifest(folder, {})


def test_a_version_of_an_unknown_table_is_refused(folder):
    with pytest.raises(SnapshotError, match=r"unknown tables \['pairs'\]"):
        write_manifest(folder, {"pairs": 1})
