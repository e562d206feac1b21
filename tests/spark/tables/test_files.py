"""The store's files: one behaviour on a disk, in a volume, and at a URI."""

import os
import tempfile

import pytest

from colike.errors import StoreError
from colike.spark.hadoop import HadoopFolder
from colike.tables.files import CopiedFiles, DiskFiles, Volume, open_files

MODEL = "models/finetuned-0123"


@pytest.fixture(params=["disk", "volume", "uri"])
def files(request, spark, tmp_path, monkeypatch):
    """The files, kept in a folder `kept`."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    kept = tmp_path / "kept"
    if request.param == "disk":
        return DiskFiles(kept)
    if request.param == "volume":
        return CopiedFiles(str(kept), Volume(str(kept)))
    return CopiedFiles(kept.as_uri(), HadoopFolder(spark, kept.as_uri()))


def another(files, spark):
    """The same files, seen from a machine that has not made any of them."""
    tempfile.tempdir = tempfile.mkdtemp()
    if isinstance(files, DiskFiles):
        return files
    place = Volume(files.root) if "file:" not in files.root else HadoopFolder(spark, files.root)
    return CopiedFiles(files.root, place)


def make(files, content="weights"):
    folder = files.work / MODEL / "model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_text(content)
    (files.work / MODEL / "result.json").write_text("{}")


def test_a_text_is_read_as_it_was_written_and_written_again(files, tmp_path):
    assert files.read_text("config.json") is None
    where = files.write_text("config.json", '{"title": "Pokémon"}')
    assert where == f"{files.root}/config.json"
    assert files.read_text("config.json") == '{"title": "Pokémon"}'
    files.write_text("config.json", "{}")
    assert files.read_text("config.json") == "{}"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["config.json"]


def test_a_text_whose_bytes_are_damaged_is_read_and_can_be_written_again(files, tmp_path):
    files.write_text("config.json", '{"name": "x"}')
    kept = tmp_path / "kept" / "config.json"
    kept.write_bytes(b'{"name": "\xff\xfe')
    (tmp_path / "kept" / ".config.json.crc").unlink(missing_ok=True)
    assert files.read_text("config.json") == '{"name": "\ufffd\ufffd'
    files.write_text("config.json", "{}")
    assert files.read_text("config.json") == "{}"


def test_a_folder_that_was_kept_is_there_for_another_machine(files, spark, tmp_path):
    make(files)
    files.keep(MODEL, "result.json")
    assert (tmp_path / "kept" / MODEL / "model" / "model.safetensors").read_text() == "weights"
    theirs = another(files, spark)
    assert theirs.has(f"{MODEL}/result.json")
    assert (theirs.fetch(f"{MODEL}/model") / "model.safetensors").read_text() == "weights"


def test_a_copy_that_was_cut_off_is_made_whole(files, tmp_path):
    make(files)
    cut = tmp_path / "kept" / MODEL / "model" / "model.safetensors"
    if not files.is_shared:
        cut.parent.mkdir(parents=True)
        cut.write_text("wei")
        assert not files.has(f"{MODEL}/result.json")
    files.keep(MODEL, "result.json")
    assert cut.read_text() == "weights"


def test_what_is_missing_is_named(files):
    with pytest.raises(StoreError, match=rf"{files.root}/{MODEL} is missing; run job train again"):
        files.fetch(MODEL)
    assert not files.has(MODEL)
    assert files.folders("models") == {}


def test_what_is_removed_is_gone_here_and_where_it_was_kept(files, tmp_path):
    make(files)
    files.keep(MODEL, "result.json")
    (checkpoints,) = [files.work / "models" / ".finetuned-0123.checkpoints"]
    checkpoints.mkdir()
    os.utime(checkpoints, (0, 0))
    found = files.folders("models")
    assert set(found) == {MODEL, "models/.finetuned-0123.checkpoints"}
    assert found["models/.finetuned-0123.checkpoints"] == 0
    assert found[MODEL] > 1e9
    for name in found:
        files.remove(name)
    assert files.folders("models") == {}
    assert not (tmp_path / "kept" / MODEL).exists()


def test_a_folder_at_a_uri_is_as_old_as_its_newest_file(spark, tmp_path):
    """A time of the folder itself is none in a bucket: s3a gives the present."""
    for name, at in (("model.safetensors", 1000), ("result.json", 2000)):
        file = tmp_path / MODEL / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (at, at))
    assert HadoopFolder(spark, tmp_path.as_uri()).folders("models") == {MODEL: 2000}


def test_where_a_store_keeps_its_files_follows_from_its_name(spark):
    assert isinstance(open_files(spark, "/data/store/files"), DiskFiles)
    for root in ("/Volumes/main/colike/files", "hdfs://127.0.0.1:9/store/files"):
        assert isinstance(open_files(spark, root), CopiedFiles)


def test_a_uri_that_spark_cannot_open_is_refused_with_what_it_lacks(spark):
    with pytest.raises(
        StoreError, match=r"Spark cannot open gs9://bucket/files: .*\"gs9\".*--store"
    ):
        open_files(spark, "gs9://bucket/files")
