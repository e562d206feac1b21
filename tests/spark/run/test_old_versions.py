"""A table may stay as it is for longer than Delta keeps the version that last changed it."""

from pathlib import Path

import pytest

from colike.run.outputs import Outputs
from colike.run.stage import Stage
from colike.spark import setting
from colike.tables.writes import append

from .one_row import ROW, a_stage, one_row

TABLE = "item_neighbours"


def another_row(inputs, settings):
    return Outputs([append(TABLE, inputs.frame(TABLE, [{**ROW, "rank": 2}]))])


def keep_house(store):
    """Make versions that have the same rows, in other files."""
    name = store.location.identifier(TABLE)
    store.spark.sql(f"OPTIMIZE {name}")
    store.spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('note' = 'kept')")


def vacuum(store, folder):
    """Remove the files of all versions but the newest, as a week later."""
    check = "spark.databricks.delta.retentionDurationCheck.enabled"
    with setting(store.spark, check, "false"):
        store.spark.sql(f"VACUUM {store.location.identifier(TABLE)} RETAIN 0 HOURS")


def clean_the_log(store, folder):
    """Remove all commits but the newest, as a month later."""
    logs = store.spark._jvm.org.apache.spark.sql.delta.DeltaLog
    logs.forTable(store.spark._jsparkSession, str(folder)).checkpoint()
    for commit in sorted((folder / "_delta_log").glob("*.json"))[:-1]:
        commit.unlink()
    logs.clearCache()


@pytest.mark.parametrize("remove", [vacuum, clean_the_log])
def test_jobs_read_a_table_whose_last_change_delta_has_removed(store, works, remove):
    found = {}

    def reads(inputs, settings):
        found["read"] = sorted(row["rank"] for row in inputs.read(TABLE).collect())
        return Outputs()

    def goes_on(inputs, settings):
        found["own"] = sorted(row["rank"] for row in inputs.own(TABLE).collect())
        return Outputs()

    writing = (a_stage(one_row), Stage("embed", (), (TABLE,), (), another_row))
    works(*writing)
    keep_house(store)
    assert works(*writing) == [], "no row has changed, and the log of runs saw the new versions"
    remove(store, Path(store.location.root) / "tables" / TABLE)
    reader = Stage("recommend", (TABLE,), (), (), reads)
    going_on = Stage("evaluate", (), (), (), goes_on, continues=(TABLE,))
    assert works(*writing, reader, going_on) == ["recommend", "evaluate"]
    assert found == {"read": [1, 2], "own": [1, 2]}
