"""`colike forget`: no file of the store has the user afterwards, and others are still there."""

import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from colike.config.saved import CONFIG_FILE
from colike.data.forgotten import REMOVED, Forgotten
from colike.run.log import Event, RunLog, now
from colike.tables import IdTypes, Store
from colike.tables.ledger import Ledger
from colike.tables.writes import append, merge, overwrite

USER, OTHER = "reader-417", "reader-4171"
QUOTED = f'line 7 of ratings.csv: "{USER},12"'


def row(store, name, **values):
    """A row with these values, whatever else the table has."""
    empty = {column.name: None for column in store.empty(name).schema}
    kinds = {
        "array": [],
        "int": 1,
        "bigint": 1,
        "double": 0.5,
        "float": 0.5,
        "boolean": False,
        "string": "x",
    }
    for column in store.empty(name).schema:
        kind = column.dataType.simpleString().partition("<")[0]
        empty[column.name] = kinds.get(kind, {})
    empty.pop("run_id")
    return {**empty, "split": "train", **values}


@pytest.fixture(scope="module")
def store(spark, tmp_path_factory):
    """A store with two versions of its tables, a change feed, a snapshot, reports, and a log."""
    folder = str(tmp_path_factory.mktemp("forget") / "store")
    return Store.open(spark, folder, IdTypes("string", "bigint"))


@pytest.fixture(scope="module")
def files(store):
    work = store.files.work
    (work / "snapshots" / "0123").mkdir(parents=True)
    (work / "snapshots" / "0123" / "likes.parquet").write_bytes(b"rows without ids")
    for run, user in (("with", USER), ("without", OTHER)):
        store.files.write_text(f"reports/{run}.html", f"<h3>User {user}</h3>")
    store.files.write_text(CONFIG_FILE, '{"of": "another release"}')
    return work


@pytest.fixture
def written(store, files, write):
    def frame(table, *rows):
        return store.frame(table, [row(store, table, **one) for one in rows])

    both = [{"user_id": USER}, {"user_id": OTHER}]
    for table in ("ratings", "recommendations", "published_recommendations"):
        write(store, overwrite(table, frame(table, *both)))
    write(store, merge("user_history", frame("user_history", *both)))
    changed = [{**one, "likes_train": [3, 5]} for one in both]
    write(store, merge("user_history", frame("user_history", *changed)))
    # Withdrawn since: only old files have the user.
    write(store, overwrite("ratings", frame("ratings", both[1])))
    quoted = [{"row": f'{{"user": "{user}"}}', "table": "ratings"} for user in (USER, OTHER)]
    write(store, append("quarantine", frame("quarantine", *quoted)))
    log = RunLog.read(store, "run-1")
    ledger = Ledger.read(store, ["runs"], {})
    log.append([Event("ingest", "failed", now(), error=QUOTED)], ledger)
    log.append([Event("ingest", "failed", now(), error=f"{OTHER} is odd")], ledger)


def everything(store):
    """What all files say, by their paths: Parquet decoded, others as they are."""
    found = {}
    for path in sorted(store.location.local.rglob("*")):
        if path.is_file() and path.suffix != ".crc":
            is_table = path.suffix == ".parquet" and path.read_bytes()[:4] == b"PAR1"
            text = str(pq.read_table(path).to_pylist()) if is_table else path.read_bytes().decode()
            # The footer has the smallest and the largest values of its columns.
            found[path] = text + (path.read_bytes().decode("latin-1") if is_table else "")
    return found


def naming_the_user(store):
    texts = everything(store).items()
    return [path for path, text in texts if USER in text.replace(OTHER, "")]


def test_no_file_has_the_user_afterwards_and_the_others_are_still_there(
    written, store, files, typed
):
    before = {path.relative_to(store.location.local).parts[1] for path in naming_the_user(store)}
    assert {"ratings", "user_history", "recommendations", "published_recommendations",
            "quarantine", "runs", "reports"} <= before  # fmt: skip

    code, out, _ = typed("forget", USER, "--store", store.location.name, "--yes")
    assert code == 0
    assert "table user_history: written again, without its earlier versions" in out
    assert "snapshots/0123: removed" in out
    assert "reports/with.html: removed" in out
    assert naming_the_user(store) == []

    assert not (files / "snapshots" / "0123").exists()
    assert (files / "reports" / "without.html").exists()
    for table in ("ratings", "user_history", "recommendations", "published_recommendations"):
        assert [row.user_id for row in store.read(table).collect()] == [OTHER]
    assert store.read("user_history").first().likes_train == [3, 5]
    assert [row.row for row in store.read("quarantine").collect()] == [f'{{"user": "{OTHER}"}}']
    errors = {row.error for row in store.read("runs").where("event = 'failed'").collect()}
    assert errors == {REMOVED, f"{OTHER} is odd"}
    assert Forgotten.of(store.read("forgotten")).has(USER)

    versions = {row.version for row in store.spark.sql(
        f"DESCRIBE HISTORY {store.location.identifier('ratings')}").collect()}  # fmt: skip
    assert versions == {0, 1}
    code, _, _ = typed("forget", USER, "--store", store.location.name, "--yes")
    assert code == 0
    assert store.read("forgotten").count() == 1
    assert store.read("ratings").agg(F.count("*")).first()[0] == 1


def test_what_is_no_id_of_the_store_is_refused(written, store, typed):
    code, _, err = typed("forget", " ", "--store", store.location.name, "--yes")
    assert code == 2
    assert "no user id" in err
