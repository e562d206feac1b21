"""What colike makes in a store's `files/` is for the user that runs it."""

import os
import stat

import pytest

from colike.tables.files import DiskFiles


@pytest.fixture(autouse=True)
def _open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_files_and_the_folders_above_them_are_of_this_user_alone(tmp_path):
    root = tmp_path / "store" / "files"
    DiskFiles(root).write_text("reports/2026/a.html", "<html>")
    DiskFiles(root).write_text("config.json", "{}")
    assert {mode(folder) for folder in (root, root / "reports", root / "reports/2026")} == {"0o700"}
    assert {mode(root / "config.json"), mode(root / "reports/2026/a.html")} == {"0o600"}
    assert mode(tmp_path / "store") == "0o755", "tables are Spark's, and the user's to share"


def test_what_is_made_in_the_work_folder_is_behind_it(tmp_path):
    DiskFiles(tmp_path / "files").work.joinpath("models").mkdir()
    assert mode(tmp_path / "files") == "0o700"


def test_a_folder_that_somebody_has_opened_stays_open(tmp_path):
    (tmp_path / "files").mkdir(0o750)
    DiskFiles(tmp_path / "files").write_text("config.json", "{}")
    assert mode(tmp_path / "files") == "0o750"


def test_looking_for_a_file_makes_no_folder(tmp_path):
    files = DiskFiles(tmp_path / "files")
    assert files.read_text("config.json") is None
    assert not files.has("models")
    assert files.folders("models") == {}
    files.remove("models")
    assert not (tmp_path / "files").exists()
