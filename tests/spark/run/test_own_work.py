"""What a stage takes for its own work: what colike has left in its table, and nobody else."""

import pytest

from colike.run.outputs import Outputs
from colike.run.stage import Stage
from colike.tables.writes import keep, merge, overwrite

from .one_row import ROW, TABLE, planned

ROWS = [{**ROW, "rank": rank} for rank in (1, 2, 3)]


def collects(name, taken):
    """A stage that writes only if it finds none of its own work, as job embed does."""

    def run(inputs, settings):
        taken.append(inputs.own_untouched(TABLE).count())
        if taken[-1]:
            return Outputs([keep(TABLE)])
        return Outputs([overwrite(TABLE, inputs.frame(TABLE, ROWS))])

    return Stage(name, (), (TABLE,), (), run, continues=(TABLE,), defined_in=__name__)


def interrupt(*arguments):
    raise KeyboardInterrupt


def merges(inputs, settings):
    return Outputs([merge(TABLE, inputs.frame(TABLE, ROWS))])


MERGING = Stage("ingest", (), (TABLE,), (), merges, defined_in=__name__)
CHANGES = [
    "UPDATE {} SET weight = 0.25 WHERE rank = 1",
    "DELETE FROM {} WHERE rank = 2",
    "INSERT INTO {0} SELECT * FROM {0} WHERE rank = 3",
]


def rows_of(store):
    return sorted((row["rank"], row["weight"]) for row in store.read(TABLE).collect())


def change(store):
    for statement in CHANGES:
        store.spark.sql(statement.format(store.location.identifier(TABLE)))


def test_rows_that_others_have_changed_are_made_again(works, store, capsys):
    taken = []
    stage = collects("embed", taken)
    assert works(stage, MERGING) == ["embed", "ingest"]
    wanted = rows_of(store)

    change(store)
    assert works(MERGING) == ["ingest"], "a merge finds no row that differs in one that is doubled"
    assert rows_of(store) == wanted
    assert works(stage, MERGING) == ["embed"], "to it the table is still as others left it"
    assert (taken, rows_of(store)) == ([0, 0], wanted)
    told = f"rows of table {TABLE} were changed by something other than colike"
    assert capsys.readouterr().err.count(told) == 2
    assert planned(store, stage, MERGING) == {"embed": [], "ingest": []}


def test_who_only_reads_a_table_takes_it_for_good_once_its_writer_has_mended_it(works, store):
    taken = []

    def reads(inputs, settings):
        taken.append(inputs.own_untouched(TABLE).count())
        return Outputs([])

    def reader():
        # Another key each time.
        at = str(len(taken))
        facts = {"continues": (TABLE,), "fingerprint": lambda *_: at, "defined_in": __name__}
        return Stage("train", (), (), (), reads, **facts)

    works(MERGING, reader())
    change(store)
    works(reader())
    works(MERGING, reader())
    assert taken == [len(ROWS), 0, len(ROWS)]


def test_what_a_killed_run_has_written_is_not_made_again(works, store, monkeypatch):
    taken = []
    stage = collects("embed", taken)
    with monkeypatch.context() as patched:
        patched.setattr("colike.run.runner._succeeded", interrupt)
        with pytest.raises(KeyboardInterrupt):
            works(stage)
    assert works(stage) == ["embed"]
    assert taken == [0, 3], "it was paid for, and colike alone has written it"
