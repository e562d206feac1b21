"""One run at a time where no system lock can be: a lease row in `runs`."""

from datetime import UTC, datetime, timedelta

import pytest

from colike.errors import StoreError
from colike.run import lease as lease_module
from colike.run.lease import STALE, Lease, hold
from colike.run.log import RunLog
from colike.tables import IdTypes, Store
from colike.tables.state import USER_METADATA, signed


def killed(store, run_id):
    """What a run leaves that took the lease and was killed."""
    lease = Lease(store, run_id)
    lease.take()
    lease.stop_renewing()


def test_a_store_that_another_run_holds_is_refused_by_its_run_id(catalog):
    refused = pytest.raises(StoreError, match="in use by run first, which renewed its lease")
    with hold(catalog, "first"), refused, hold(catalog, "second"):
        pass
    with hold(catalog, "second"):
        pass


def test_the_tasks_of_one_run_take_the_lease_one_after_the_other_even_if_one_was_killed(catalog):
    killed(catalog, "first")
    with hold(catalog, "first"):
        pass


@pytest.mark.parametrize("passed", [STALE, -STALE - timedelta(minutes=1)], ids=["later", "back"])
def test_the_lease_of_a_killed_run_is_taken_over_when_it_is_stale_or_the_clock_was_put_back(
    catalog, monkeypatch, passed
):
    killed(catalog, "killed")
    at = datetime.now(UTC) + passed + timedelta(seconds=1)
    monkeypatch.setattr(lease_module, "now", lambda: at)
    with hold(catalog, "second"):
        pass


def test_of_two_runs_that_found_the_lease_free_the_first_to_commit_has_it(catalog, monkeypatch):
    with hold(catalog, "before"):
        pass
    first, write = Lease(catalog, "first"), Lease._write

    def write_late(lease, event, ended=()):
        if (lease.run_id, event) == ("second", "held"):
            first.take()
        write(lease, event, ended)

    monkeypatch.setattr(Lease, "_write", write_late)
    with pytest.raises(StoreError, match="in use by run first"), hold(catalog, "second"):
        pass
    rows = catalog.read("runs").select("run_id", "event").collect()
    assert sorted(map(tuple, rows)) == [("first", "held"), ("second", "released")]
    first.release()


def test_a_lease_is_renewed_while_the_run_works(catalog, monkeypatch):
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.1)
    runs = catalog.location.identifier("runs")

    def renewals():
        return catalog.spark.sql(f"DESCRIBE HISTORY {runs}").count()

    with hold(catalog, "first"):
        before = renewals()
        while renewals() < before + 2:
            pass
    held = catalog.read("runs").where("job = 'store'").collect()
    assert [row["event"] for row in held] == ["released"]


def test_a_lease_is_no_event_of_a_job(catalog):
    with hold(catalog, "first"):
        log = RunLog.read(catalog, "look")
    assert (log.successes, log.entry) == ({}, 0)


@pytest.mark.parametrize("form", ["{}", "file://{}"], ids=["path", "file URI"])
def test_a_local_folder_is_locked_by_the_system_and_needs_no_row(spark, tmp_path, form):
    store = Store.open(spark, form.format(tmp_path / "store"), IdTypes("bigint", "bigint"))
    refused = pytest.raises(StoreError, match="in use by process")
    with hold(store, "first"), refused, hold(store, "second"):
        pass
    assert not store.exists("runs")


def test_renewals_leave_the_commits_of_the_run_signed_as_they_are(catalog, monkeypatch):
    """The signature is a setting of the session, and renewals come from another thread."""
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    with hold(catalog, "first"), signed(catalog.spark, "the table that the run writes"):
        before = catalog.spark.conf.get(USER_METADATA)
        runs = catalog.location.identifier("runs")
        first = catalog.spark.sql(f"DESCRIBE HISTORY {runs}").count()
        while catalog.spark.sql(f"DESCRIBE HISTORY {runs}").count() < first + 2:
            assert catalog.spark.conf.get(USER_METADATA) == before
    assert catalog.spark.conf.get(USER_METADATA, None) is None
