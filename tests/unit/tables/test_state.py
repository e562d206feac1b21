"""Which version of a table its history says to be the last that changed rows."""

import pytest
from pyspark.sql import Row

from colike.tables.state import Known, Pin, last_change


def history(*operations, oldest=0):
    """A table's history as Delta shows it, newest first, from the oldest entry that is left."""
    rows = [
        Row(version=oldest + place, operation=operation)
        for place, operation in enumerate(operations)
    ]
    return rows[::-1]


@pytest.mark.parametrize(
    "housekeeping",
    [
        "OPTIMIZE",
        "VACUUM START",
        "VACUUM END",
        "SET TBLPROPERTIES",
        "CHANGE COLUMN",
        "ADD CONSTRAINT",
        "ADD COLUMNS",
        "COMPUTE STATS",
    ],
)
def test_housekeeping_leaves_the_version(housekeeping):
    assert last_change(history("CREATE TABLE", "WRITE", housekeeping), "id", None) == 1


@pytest.mark.parametrize(
    "change",
    ["WRITE", "DELETE", "UPDATE", "MERGE", "RESTORE", "TRUNCATE", "CLONE", "RENAME COLUMN", None],
)
def test_what_may_change_rows_moves_the_version(change):
    assert last_change(history("CREATE TABLE", "WRITE", "OPTIMIZE", change), "id", None) == 3


VACUUMED = history("VACUUM START", "VACUUM END", oldest=20)


@pytest.mark.parametrize("newest", [19, 20, 25])
def test_a_log_with_nothing_but_housekeeping_left_keeps_the_version_that_a_run_saw(newest):
    assert last_change(VACUUMED, "id", Known(Pin("id", 7), newest)) == 7


def test_a_log_that_does_not_reach_back_to_what_a_run_saw_gives_its_oldest_version():
    # Version 19 may have changed rows, and nobody saw it.
    assert last_change(VACUUMED, "id", Known(Pin("id", 7), 18)) == 20
    assert last_change(VACUUMED, "id", None) == 20


def test_what_a_run_saw_of_another_table_in_the_same_place_says_nothing():
    assert last_change(VACUUMED, "id", Known(Pin("other", 7), 25)) == 20


def test_a_visible_change_goes_before_what_a_run_saw():
    rows = history("VACUUM END", "DELETE", "OPTIMIZE", oldest=20)
    assert last_change(rows, "id", Known(Pin("id", 7), 20)) == 21
