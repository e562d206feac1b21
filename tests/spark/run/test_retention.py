"""Rows of each run stay for the last runs alone; the log still says what is done."""

from colike.run.log import RunLog
from colike.run.outputs import Outputs
from colike.run.stage import Stage
from colike.tables.writes import overwrite, replace

from .one_row import ROW, a_stage

FIGURE = {
    "source": "jaccard", "protocol": "holdout", "segment": "all", "metric": "recall", "k": 10,
    "value": 0.5, "ci_low": None, "ci_high": None, "n": 3, "versus": None,
}  # fmt: skip


def measures(inputs, settings):
    """A row of each run in evaluation, of the last two runs."""
    return Outputs(
        [replace("evaluation", inputs.frame("evaluation", [FIGURE]), inputs.of_this_run(2))]
    )


def keeps_house(inputs, settings):
    return Outputs(keep_log=2)


def once(inputs, settings):
    return Outputs([overwrite("item_neighbours", inputs.frame("item_neighbours", [ROW]))])


def each_night(name, run, writes=(), night=""):
    """A stage that has something to do every night."""
    return Stage(name, (), writes, (), run, fingerprint=lambda inputs, settings: night)


def test_figures_and_events_of_old_runs_go_and_what_is_done_stays_done(store, works):
    for night in range(5):
        worked = works(
            a_stage(once),
            each_night("evaluate", measures, ("evaluation",), str(night)),
            each_night("maintain", keeps_house, night=str(night)),
            run_id=f"night-{9 - night}",
        )
        first = ["neighbours"] if night == 0 else []
        assert worked == [*first, "evaluate", "maintain"]
    measured = {row["run_id"] for row in store.read("evaluation").collect()}
    assert measured == {"night-6", "night-5"}
    # The first night's event says that neighbours are done.
    events = {(row["run_id"], row["job"]) for row in store.read("runs").collect()}
    assert {run for run, _ in events} == {"night-9", "night-6", "night-5"}
    log = RunLog.read(store, "look")
    assert log.successes["neighbours"].run_id == "night-9"
    assert log.worked["evaluate"] == ["night-9", "night-6", "night-5"]
