"""What a stage may read; what is read stands for itself here, without Spark."""

from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import pytest
from pyspark.sql.types import LongType

from colike.errors import StageError, StoreError
from colike.run.inputs import Inputs
from colike.run.reporters import PlainReporter
from colike.tables import IdTypes
from colike.tables.state import Pin, TableState


class Rows(str):
    """Rows that are told by their name, with the columns of all tables of that test."""

    columns = ("item_id", "title")
    schema: ClassVar = {"item_id": SimpleNamespace(dataType=LongType())}


class Tables:
    """Says which version of which table is read."""

    location = SimpleNamespace(name="build/store")
    ids = IdTypes("bigint", "bigint")

    def read(self, table, version):
        return Rows(f"{table} at version {version}")

    def empty(self, table):
        return f"no rows of {table}"


@pytest.fixture
def inputs():
    return Inputs(
        job="recommend",
        reads=("items", "item_neighbours"),
        continues=("recommendations",),
        _store=Tables(),
        pins={"items": Pin("id", 3)},
        states={"items": TableState(Pin("id", 3), 5)},
        data=None,
        run_id="run-1",
        code="",
        row_sets={},
        figures={},
        worked=("c", "a", "run-1", "b"),
        writers={"items": "run-0"},
        not_run={},
        told={},
        touched=(),
        reporter=PlainReporter(),
    )


def test_a_declared_table_is_read_at_its_newest_version_at_the_start(inputs):
    assert inputs.read("items") == "items at version 5"
    assert inputs.read_or_empty("items") == "items at version 5"
    assert inputs.last_run_of("items") == "run-0"


def test_ids_of_another_type_than_the_configs_are_refused(inputs):
    tables = Tables()
    tables.ids = IdTypes("string", "string")
    with pytest.raises(
        StoreError, match=r"has item_id as bigint \(table items\).* set it to bigint"
    ):
        replace(inputs, _store=tables).read("items")


def test_a_table_that_is_not_there_is_named_with_the_job_that_reads_it(inputs):
    with pytest.raises(
        StoreError,
        match="Store build/store has no table item_neighbours, which job recommend reads",
    ):
        inputs.read("item_neighbours")
    assert inputs.read_or_empty("item_neighbours") == "no rows of item_neighbours"
    assert inputs.own("recommendations") == "no rows of recommendations"


@pytest.mark.parametrize("read", ["read", "read_or_empty", "own", "own_untouched", "last_run_of"])
def test_a_table_that_the_stage_does_not_declare_is_refused(inputs, read):
    with pytest.raises(StageError, match="Stage recommend reads table ratings, which it does not"):
        getattr(inputs, read)("ratings")


@pytest.mark.parametrize(
    ("keep", "replaced"), [(1, "c a b"), (2, "c a"), (3, "c"), (4, ""), (9, "")]
)
def test_rows_of_this_run_take_the_place_of_its_earlier_ones_and_of_old_runs(
    inputs, keep, replaced
):
    # By their place in the log, not by their names.
    assert inputs.of_this_run(keep) == {"run_id": ["run-1", *replaced.split()]}
