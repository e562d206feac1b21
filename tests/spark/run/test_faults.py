"""Faults of the machine as Spark and Delta tell them: one sentence, and the table stays."""

import os
import signal

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.errors import MachineError
from colike.run.outputs import Outputs
from colike.tables import IdTypes, Store
from colike.tables.writes import overwrite

from ...small_disk import small_disk
from .one_row import CONFIG, ROW, a_stage, one_row

ONE_ROW, MANY = a_stage(one_row), 200_000
OTHER = load_config("conf/mal2020.yml", ["neighbours.k=60"])


def killed(inputs, settings):
    """A stage of which the system kills a Python worker."""

    def die(batches):
        os.kill(os.getpid(), signal.SIGKILL)
        yield from batches

    rows = inputs.frame("item_neighbours", [ROW])
    return Outputs([overwrite("item_neighbours", rows.mapInArrow(die, rows.schema))])


def too_much(inputs, settings):
    """A stage that writes megabytes which no codec makes smaller."""
    rows = inputs.frame("item_neighbours", [ROW]).drop("item_id", "weight")
    many = inputs.spark.range(MANY).select(
        (F.col("id") + 10).alias("item_id"), F.rand(1).alias("weight")
    )
    return Outputs([overwrite("item_neighbours", many.crossJoin(rows))])


def test_a_killed_python_worker_is_named_and_the_next_run_works(works):
    with pytest.raises(MachineError, match=r"A Python worker of Spark was killed.*job neighbours"):
        works(a_stage(killed))
    assert works(ONE_ROW) == ["neighbours"]


def test_a_disk_that_fills_up_or_takes_no_writes_is_named_and_is_no_damage(
    spark, run_jobs, tmp_path
):
    with small_disk(tmp_path / "disk", "1m") as remount:
        store = Store.open(spark, str(tmp_path / "disk"), IdTypes("bigint", "bigint"))
        run_jobs(CONFIG, store, [ONE_ROW])
        remount("ro")
        with pytest.raises(MachineError, match="takes no writes: its file system is read-only"):
            run_jobs(CONFIG, store, [ONE_ROW], run_id="refused")
        remount("rw")
        with pytest.raises(MachineError, match=r"A disk is full .*job neighbours.*make room"):
            run_jobs(OTHER, store, [a_stage(too_much)], run_id="full")
        # Nothing of it is damaged, and what was there before is still what is read.
        assert store.read("item_neighbours").count() == 1
        remount("size=64m")
        assert run_jobs(OTHER, store, [a_stage(too_much)], run_id="room") == ["neighbours"]
        assert store.read("item_neighbours").count() == MANY
