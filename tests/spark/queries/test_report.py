"""The report of a store as it is."""

from colike.queries.report import report_of
from colike.run.log import RunLog
from colike.tables import IdTypes, Store


def report(store):
    return report_of(store, RunLog.read(store, ""), store.location.name, 3)


def test_the_report_of_a_store_is_the_one_that_job_publish_wrote_byte_for_byte(tiny_store):
    (path,) = (tiny_store.files.work / "reports").iterdir()
    assert report(tiny_store) == path.read_text("utf-8")


def test_a_store_without_a_run_has_a_report_too(spark, tmp_path):
    store = Store.open(spark, str(tmp_path / "new"), IdTypes("bigint", "bigint"))
    assert "No evaluation yet" in report(store)
