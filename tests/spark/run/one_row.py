"""A stage that writes one row, for tests of what runs it."""

from colike.config import load_config
from colike.run.outputs import Outputs
from colike.run.plan import plan
from colike.run.reporters import PlainReporter
from colike.run.session import Run
from colike.run.stage import Stage
from colike.tables.writes import overwrite

TABLE = "item_neighbours"
ROW = {"item_id": 1, "rank": 1, "neighbour_id": 2, "weight": 0.5, "source": "jaccard"}
CONFIG = load_config("conf/mal2020.yml")


def a_stage(run, **more):
    facts = {"reads": (), "writes": (TABLE,), "sections": ("neighbours",), **more}
    return Stage("neighbours", run=run, **facts)


def one_row(inputs, settings):
    rows = inputs.frame(TABLE, [{**ROW, "weight": settings.neighbours.k / 100}])
    return Outputs([overwrite(TABLE, rows)], {"found": (1.0, "items")})


def planned(store, *stages):
    run = Run(CONFIG, store, "look", None, PlainReporter())
    return {one.job: list(one.why) for one in plan(run, stages)}
