"""A table that an earlier release made is brought into the form of its contract, rows included."""

from colike.tables import IdTypes, Store, contracts
from colike.tables.upgrade import upgraded

OLD_RUN = "'first' AS run_id, 'ingest' AS job, 'succeeded' AS event, current_timestamp() AS at"


def test_an_old_log_keeps_its_rows_and_gets_the_columns_of_today(spark, tmp_path):
    store = Store.open(spark, str(tmp_path), IdTypes("bigint", "bigint"))
    old = spark.sql(f"SELECT {OLD_RUN}, map('items', 3L) AS versions_out")
    old.write.format("delta").save(str(tmp_path / "tables" / "runs"))
    assert upgraded(store, "runs")
    runs = store.read("runs")
    assert runs.columns == [column.name for column in contracts()["runs"].columns]
    assert [(row["run_id"], row["job"], row["entry"]) for row in runs.collect()] == [
        ("first", "ingest", None)
    ]
    assert not upgraded(store, "runs")
