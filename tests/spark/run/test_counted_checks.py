"""Every run that writes a table logs how many of its rows break each check."""

import pytest

from colike.errors import QualityError
from colike.run.outputs import Outputs
from colike.run.reporters import PlainReporter
from colike.run.stage import Stage
from colike.spark import setting
from colike.tables import checks, contracts
from colike.tables.views import register_temporary
from colike.tables.writes import merge, overwrite

from .one_row import ROW, a_stage, one_row

CHECKS = [check.name for check in contracts()["item_neighbours"].checks]
ITEM = {
    "item_id": 1, "item_idx": 0, "title": "T", "attributes": {}, "synopsis": "text",
    "description": "T.", "synopsis_cut": False, "content_hash": "h",
}  # fmt: skip


class Listening(PlainReporter):
    """Keeps the notes of a run."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def note(self, job, text):
        self.notes.append((job, text))


def odd(inputs, settings):
    """Two items, of which one has no synopsis."""
    rows = [ITEM, {**ITEM, "item_id": 2, "item_idx": 1, "synopsis": ""}]
    return Outputs([overwrite("items", inputs.frame("items", rows))])


def wrong(inputs, settings):
    rows = inputs.frame("item_neighbours", [ROW, {**ROW, "rank": 0}])
    return Outputs([overwrite("item_neighbours", rows)])


ODD = Stage("ingest", (), ("items",), (), odd)


def merged(*rows):
    """A stage whose table has these rows, of which only the changed ones are written."""

    def run(inputs, settings):
        assert settings.neighbours
        return Outputs([merge("item_neighbours", inputs.frame("item_neighbours", rows))])

    return a_stage(run)


def shown(store, view, where="true"):
    store = type(store)(store.spark.newSession(), store.location, store.ids)
    register_temporary(store)
    return store.spark.table(view).where(where).collect()


def test_a_run_has_a_row_per_check_zeros_too_and_says_once_what_is_odd(works, store):
    reporter = Listening()
    assert works(ODD, a_stage(one_row), run_id="first", reporter=reporter) == [
        "ingest",
        "neighbours",
    ]
    rows = {(row.table_name, row.check_name): row for row in shown(store, "v_checks")}
    zeros = {("item_neighbours", name) for name in CHECKS}
    assert zeros <= rows.keys()
    assert {(rows[key].rows, rows[key].failed, rows[key].share) for key in zeros} == {(1, 0, 0.0)}
    synopsis = rows["items", "synopsis_has_text"]
    assert (synopsis.run_id, synopsis.job, synopsis.severity) == ("first", "ingest", "warn")
    assert (synopsis.rows, synopsis.failed, synopsis.share) == (2, 1, 0.5)
    assert [(job, text[:23]) for job, text in reporter.notes] == [
        ("ingest", "warning: 1 of 2 rows fo")
    ]

    metrics = {row.name: row for row in shown(store, "run_metrics", "name LIKE 'check.%'")}
    assert len(metrics) == len(rows)
    assert metrics["check.items.synopsis_has_text"].value == 1.0
    assert metrics["check.items.has_title"].value == 0.0
    assert metrics["check.items.has_title"].unit == "rows"

    assert works(ODD, run_id="second") == []
    assert not shown(store, "v_checks", "run_id = 'second'"), "a job that was skipped wrote nothing"


def test_a_run_that_was_refused_has_its_counts_until_it_is_mended(works, store):
    with pytest.raises(QualityError):
        works(a_stage(wrong), run_id="night")
    failed = {row.check_name: (row.rows, row.failed) for row in shown(store, "v_checks")}
    assert failed == {name: (2, int(name == "rank_from_one")) for name in CHECKS}
    works(a_stage(one_row), run_id="night")
    assert {row.failed for row in shown(store, "v_checks")} == {0}


def test_the_log_of_a_release_that_counted_no_checks_is_read_and_continued(works, store):
    assert works(a_stage(one_row)) == ["neighbours"]
    older = store.read("runs").drop("checks").localCheckpoint()
    writer = older.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
    store.location.save(writer, "runs")
    assert shown(store, "v_checks") == []
    assert works(a_stage(one_row)) == []
    assert works(a_stage(one_row), overrides=["neighbours.k=60"], run_id="run-2") == ["neighbours"]
    assert {row.run_id for row in shown(store, "v_checks")} == {"run-2"}


@pytest.mark.parametrize("adaptive", ["true", "false"])
def test_a_table_in_which_nothing_changes_or_nothing_stays_has_its_counts_too(
    works, store, adaptive, monkeypatch
):
    passes = []
    own = checks.counted
    monkeypatch.setattr(checks, "counted", lambda *given: passes.append(given) or own(*given))
    two = [ROW, {**ROW, "rank": 2}]
    with setting(store.spark, "spark.sql.adaptive.enabled", adaptive):
        works(merged(*two), run_id="first")
        works(merged(*two), run_id="same", overrides=["neighbours.k=60"])
        assert not passes, "counted in the pass that compares"
        works(merged(), run_id="none", overrides=["neighbours.k=70"])
    counts = {(row.run_id, row.rows, row.failed) for row in shown(store, "v_checks")}
    assert counts == {("first", 2, 0), ("same", 2, 0), ("none", 0, 0)}
