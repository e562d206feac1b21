"""Sentences on rows that break checks, and how counts of several writes add up."""

import pytest

from colike.tables.checks import CheckCount, warning


def test_a_warning_names_table_check_rows_and_share():
    text = warning(CheckCount("items", "synopsis_has_text", "warn", 17_562, 753))
    assert text == (
        "warning: 753 of 17,562 rows for table items (4.29 %) break check synopsis_has_text, whose "
        "severity is warn: they were written"
    )


@pytest.mark.parametrize(
    ("severity", "failed", "stops", "warns"),
    [("fail", 1, True, False), ("warn", 1, False, True), ("fail", 0, False, False)],
)
def test_rows_stop_a_job_or_are_odd_by_the_severity_of_the_check(severity, failed, stops, warns):
    count = CheckCount("items", "some", severity, 3, failed)
    assert (count.stops, count.warns) == (stops, warns)


def test_counts_of_several_writes_of_a_table_add_up():
    first = CheckCount("items", "some", "warn", 3, 1)
    assert first.plus(first._replace(rows=4, failed=0)) == CheckCount("items", "some", "warn", 7, 1)
