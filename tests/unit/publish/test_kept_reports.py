"""Only the newest reports are kept."""

import os

from colike.publish.report.kept import remove_reports, report_name
from colike.tables.files import DiskFiles


def test_the_reports_that_were_written_last_stay_whatever_their_runs_are_called(tmp_path):
    files = DiskFiles(tmp_path)
    for age, run in enumerate(("newest", "zzz", "aaa", "oldest")):
        path = files.write_text(report_name(run), run)
        os.utime(path, (1000 - age, 1000 - age))
    files.write_text("config.json", "{}")
    assert remove_reports(files, 2, ()) == ["reports/aaa.html", "reports/oldest.html"]
    assert sorted(files.folders("reports")) == ["reports/newest.html", "reports/zzz.html"]
    assert files.has("config.json")
    assert remove_reports(files, 2, ()) == []


def test_a_store_without_reports_has_none_to_remove(tmp_path):
    assert remove_reports(DiskFiles(tmp_path / "files"), 2, ()) == []


def test_the_reports_of_published_runs_stay_when_a_clock_was_put_back(tmp_path):
    files = DiskFiles(tmp_path)
    for at, run in ((3000, "before"), (2000, "shown"), (1000, "old")):
        path = files.write_text(report_name(run), run)
        os.utime(path, (at, at))
    assert remove_reports(files, 1, ["shown"]) == ["reports/old.html"]
    assert sorted(files.folders("reports")) == ["reports/before.html", "reports/shown.html"]
