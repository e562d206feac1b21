"""A table that several jobs write: when it is not as they left it, each of them runs again."""

import shutil
from pathlib import Path

import pytest

from colike.run.log import UNDONE
from colike.run.outputs import Outputs
from colike.run.stage import Stage
from colike.tables.writes import keep, replace

from .one_row import ROW, planned

TABLE = "item_neighbours"


def writes_its_own(name, source):
    """A stage that writes its source's row again only if it is not there, as job embed does."""

    def run(inputs, settings):
        row = {**ROW, "source": source}
        own = inputs.own(TABLE).where(f"source = '{source}'")
        if not own.isEmpty():
            return Outputs([keep(TABLE)])
        return Outputs([replace(TABLE, inputs.frame(TABLE, [row]), {"source": [source]})])

    return Stage(name, (), (TABLE,), (), run, continues=(TABLE,), defined_in=__name__)


FIRST, SECOND = writes_its_own("pairs", "base"), writes_its_own("embed", "finetuned")


def remove(store):
    shutil.rmtree(Path(store.location.root, "tables", TABLE))


def delete_by_hand(store):
    store.spark.sql(f"DELETE FROM {store.location.identifier(TABLE)} WHERE source = 'finetuned'")


@pytest.mark.parametrize("alter", [remove, delete_by_hand])
@pytest.mark.parametrize("is_cut", [False, True], ids=["one run", "killed after the first"])
def test_all_of_its_writers_run_again_when_it_was_altered(works, store, alter, is_cut):
    assert works(FIRST, SECOND) == ["pairs", "embed"]
    assert works(FIRST, SECOND) == []
    alter(store)
    if is_cut:
        assert works(FIRST) == ["pairs"]
        assert planned(store, FIRST, SECOND) == {
            "pairs": [],
            "embed": ["a table that it shares with other jobs was not as they left it"],
        }
        assert works(FIRST, SECOND) == ["embed"]
    else:
        assert works(FIRST, SECOND) == ["pairs", "embed"]
    assert {row["source"] for row in store.read(TABLE).collect()} == {"base", "finetuned"}
    assert works(FIRST, SECOND) == []
    undone = store.read("runs").where(f"event = '{UNDONE}'").collect()
    assert sorted(row["job"] for row in undone) == ["embed", "pairs"]
    assert {row["error"] for row in undone} == {f"table {TABLE} was not as its last writer left it"}
