"""Readers beside a run that writes, and beside vacuum: whole versions, or an error with a remedy.

`make chaos` runs it; CHAOS_SEED chooses the data.
"""

import os
import time
from datetime import timedelta

import pytest

from colike.config import load_config
from colike.errors import StoreError
from colike.tables.changes import changes
from colike.tables.damage import naming_damaged_tables
from colike.tables.ledger import Ledger
from colike.tables.writer import Writer
from colike.tables.writes import vacuum

from .ageing import let_pass
from .nights import IN_PROCESS
from .processes import meanwhile
from .sameness import differing, opened

#: The shortest that the config permits.
HOURS = 168
LONGER = timedelta(hours=HOURS + 1)
JOBS = ("ingest", "similarity", "neighbours", "recommend")
READ = (
    "ratings", "user_history", "item_similarity", "recommendations", "published_recommendations",
)  # fmt: skip
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@pytest.fixture(scope="module")
def aged(spark, night, run_jobs, tmp_path_factory):
    """A store after three nights, each more than vacuum's hours after the one before."""
    folder = tmp_path_factory.mktemp("aged") / "store"
    night.copied(folder)
    for data, run_id in ((night.second, "second"), (night.first, "third")):
        let_pass(folder, LONGER)
        run_jobs(night.config, opened(spark, folder), JOBS, data, run_id)
    return opened(spark, folder)


def in_another_session(store):
    return type(store).open(store.spark.newSession(), store.location.root, store.ids)


def data_files(store, table):
    return len(list((store.location.local / "tables" / table).rglob("*.parquet")))


def vacuumed(store, table):
    ledger = Ledger.read(store, [table], {})
    Writer(ledger, "vacuum", (table,)).apply([vacuum(table, HOURS)])


def changing_versions(store, table):
    """The versions that changed rows, but for the table's making; oldest first."""
    shown = store.spark.sql(f"DESCRIBE HISTORY {store.location.identifier(table)}")
    rows = shown.where("operation IN ('WRITE', 'MERGE')").select("version").collect()
    return sorted(row.version for row in rows)


def hash_of(frame):
    """The number of rows, and a hash of them all in any order."""
    columns = ", ".join(f"`{name}`" for name, kind in frame.dtypes if not kind.startswith("map"))
    hashed = frame.selectExpr(f"xxhash64({columns}) AS one")
    return tuple(hashed.selectExpr("count(*)", "coalesce(bit_xor(one), 0)").first())


def fed_from(store, table, version):
    """The change feed from a version on."""
    feed = store.spark.read.option("readChangeFeed", "true").option("startingVersion", version)
    return feed.table(store.location.identifier(table))


def test_a_reader_beside_a_writing_run_sees_whole_versions_alone(night, tmp_path):
    store = night.copied(tmp_path / "store")
    mine, seen = in_another_session(store), {table: set() for table in READ}

    def read(ended):
        while not ended.is_set():
            for table in READ:
                seen[table].add(hash_of(mine.read(table)))

    with meanwhile(read):
        night.run(store, "second")
    assert differing(store, night.new) == []
    for table in READ:
        versions = changing_versions(mine, table)
        assert seen[table]
        assert seen[table] <= {hash_of(mine.read(table, version)) for version in versions}, table


def test_vacuum_takes_from_no_reader_what_was_there_in_the_last_hours(aged):
    """Readers of the newest version, of the one before, and of the change feed between them."""
    table, mine = "user_history", in_another_session(aged)
    *_, before, newest = changing_versions(aged, table)

    def read():
        frames = (mine.read(table), mine.read(table, before), fed_from(mine, table, newest))
        return tuple(hash_of(frame) for frame in frames)

    whole, files, seen = read(), data_files(aged, table), []

    def keep_reading(ended):
        while not ended.is_set():
            seen.append(read())

    with meanwhile(keep_reading):
        time.sleep(1)
        vacuumed(aged, table)
        time.sleep(1)
    assert data_files(aged, table) < files
    assert set(seen) == {whole}
    assert whole[2][0] > 0


def test_a_version_whose_files_vacuum_took_is_an_error_with_the_remedy_and_never_fewer_rows(aged):
    table = "recommendations"
    first = changing_versions(aged, table)[0]
    early = aged.read(table, first)
    assert early.count() > 0
    files = data_files(aged, table)
    vacuumed(aged, table)
    assert data_files(aged, table) < files
    says = f"Table {table} cannot be read: .*colike repair"
    for frame in (early, aged.read(table, first)):
        with pytest.raises(StoreError, match=says), naming_damaged_tables():
            hash_of(frame)


def test_counts_are_made_again_where_vacuum_took_the_change_feed(spark, night, run_jobs, tmp_path):
    kept = [*IN_PROCESS, "similarity.tiled.keep_colikes=true"]
    config, jobs = load_config("conf/mal2020.yml", kept), ("ingest", "similarity")
    store = opened(spark, tmp_path / "store")
    run_jobs(config, store, jobs, night.first, "first")
    since = Ledger.read(store, ["user_history"], {}).pin("user_history").version
    run_jobs(config, store, jobs[:1], night.second, "second")
    let_pass(tmp_path / "store", LONGER)
    store = opened(spark, tmp_path / "store")
    vacuumed(store, "user_history")
    until = Ledger.read(store, ["user_history"], {}).pin("user_history").version
    assert changes(store, "user_history", since, until) is None
    assert run_jobs(config, store, jobs, night.second, "third") == ["similarity"]
    assert differing(store, {"item_similarity": night.new["item_similarity"]}) == []
