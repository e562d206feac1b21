"""Which version of a table its history says to be the last that changed rows."""

import json
from dataclasses import replace

import pytest
from pyspark.sql import Row

from colike.tables.state import (
    COMMIT,
    TABLE_ID,
    Known,
    Pin,
    TableState,
    last_by_others,
    last_change,
)


def history(*operations, oldest=0):
    """A table's history as Delta shows it, newest first, from the oldest entry that is left."""
    rows = [
        Row(version=oldest + place, operation=operation, userMetadata=None)
        for place, operation in enumerate(operations)
    ]
    return rows[::-1]


def version(rows, known=None):
    """The version of the table's last change of rows."""
    return last_change(rows, "id", known).version


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
    assert version(history("CREATE TABLE", "WRITE", housekeeping)) == 1


@pytest.mark.parametrize(
    "change",
    [
        *("WRITE", "DELETE", "UPDATE", "MERGE", "RESTORE", "TRUNCATE", "CLONE", "RENAME COLUMN"),
        *("FSCK", "INSERT", "UNKNOWN", "a name that nobody has heard of", None),
    ],
)
def test_what_may_change_rows_moves_the_version(change):
    """So does every operation that is not known to keep them."""
    assert version(history("CREATE TABLE", "WRITE", "OPTIMIZE", change)) == 3


VACUUMED = history("VACUUM START", "VACUUM END", oldest=20)


@pytest.mark.parametrize("newest", [19, 20, 25])
def test_a_log_with_nothing_but_housekeeping_left_keeps_the_version_that_a_run_saw(newest):
    pin = Pin("id", 7, "its name")
    assert last_change(VACUUMED, "id", Known(pin, newest)) == pin


def test_a_log_that_does_not_reach_back_to_what_a_run_saw_gives_its_oldest_version():
    # Version 19 may have changed rows, and nobody saw it.
    assert version(VACUUMED, Known(Pin("id", 7), 18)) == 20
    assert version(VACUUMED) == 20


def test_what_a_run_saw_of_another_table_in_the_same_place_says_nothing():
    assert version(VACUUMED, Known(Pin("other", 7), 25)) == 20


@pytest.mark.parametrize("seen", [20, 21, 22])
def test_a_change_that_the_log_would_show_and_does_not_is_of_a_later_copy(seen):
    assert version(VACUUMED, Known(Pin("id", seen, "its name"), 25)) == 20


def test_a_visible_change_goes_before_what_a_run_saw():
    rows = history("VACUUM END", "DELETE", "OPTIMIZE", oldest=20)
    assert version(rows, Known(Pin("id", 7), 20)) == 21


def test_a_pin_has_the_name_that_colike_gave_to_its_commit():
    told = json.dumps({TABLE_ID: "id", COMMIT: "abc"})
    named, other = ({"operation": "WRITE", "userMetadata": said} for said in (told, None))
    vacuum = {"operation": "VACUUM END", "userMetadata": json.dumps({COMMIT: "xyz"})}
    pins = [
        last_change([Row(version=4, **vacuum), Row(version=3, **change)], "id", None)
        for change in (named, other)
    ]
    assert pins == [Pin("id", 3, "abc"), Pin("id", 3)]
    assert [str(pin) for pin in pins] == ["id@3:abc", "id@3"]


def signed(*commits):
    """A history, newest first: operations, those after which a `*` stands signed by colike."""
    return [
        Row(
            version=version,
            operation=commit.rstrip("*"),
            userMetadata=json.dumps({TABLE_ID: "id"}) if commit.endswith("*") else more,
        )
        for version, (commit, more) in reversed(list(enumerate(commits)))
    ]


@pytest.mark.parametrize("more", [None, "a note of theirs", "[1]", '{"job": "theirs"}'])
@pytest.mark.parametrize("change", ["WRITE", "DELETE", "UPDATE", "MERGE", "RESTORE"])
def test_a_change_of_rows_that_colike_has_not_signed_is_by_others(change, more):
    ours = [("CREATE TABLE", None), ("WRITE*", None), ("OPTIMIZE", None)]
    assert last_by_others(signed(*ours), "id", None) is None
    theirs = [*ours, (change, more), ("MERGE*", None), ("VACUUM END", None)]
    assert last_by_others(signed(*theirs), "id", None) == 3


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(Pin("id", 1), 4), None),
        (Known(Pin("id", 1), 6), None),
        (Known(Pin("id", 1), 3), 5),
        (Known(Pin("another", 1), 6), 5),
        (None, 5),
    ],
)
def test_versions_that_nobody_has_seen_may_be_by_others(known, expected):
    left = signed(*[("OPTIMIZE", None)] * 5, ("OPTIMIZE", None), ("WRITE*", None))[:-5]
    assert [row["version"] for row in left] == [6, 5]
    assert last_by_others(left, "id", known) == expected


@pytest.mark.parametrize(
    ("by_others", "since", "expected"),
    [
        (None, None, False),
        (None, Pin("id", 2), False),
        (3, Pin("id", 2), True),
        (3, Pin("id", 3), False),
        (3, Pin("id", 5), False),
        (3, None, True),
        (3, Pin("another", 5), True),
    ],
)
def test_changes_by_others_count_since_what_a_job_has_left(by_others, since, expected):
    state = TableState(Pin("id", 6), 6, by_others=by_others)
    assert state.was_changed_by_others(since) is expected


COPY = TableState(Pin("id", 3, "c"), 4, commits={2: "b", 3: "c", 4: None})


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        (Pin("id", 3, "c"), True),
        (Pin("id", 2, "b"), True),
        (Pin("id", 1, "a"), True),
        (Pin("id", 4), True),
        (Pin("id", 3, "of the one before"), False),
        (Pin("id", 3), False),
        (Pin("id", 4, "d"), False),
        (Pin("id", 5, "e"), False),
        (Pin("another", 3, "c"), False),
    ],
)
def test_a_copy_that_was_put_back_has_not_been_at_what_came_after_it(pin, expected):
    """Of versions that the log does not show any more nothing else is known."""
    assert COPY.has_been_at(pin) is expected
    theirs = replace(COPY, by_others=2)
    assert theirs.was_changed_by_others(pin) is (not expected or pin.version < 2)
