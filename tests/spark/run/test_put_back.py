"""An earlier copy of a table that is put back, and written again, has the same versions again."""

import shutil

import pytest

from colike.cli.health import store_findings
from colike.run.outputs import Outputs
from colike.run.stage import Stage
from colike.tables.writes import overwrite

from ..copies import folder_of, put_back
from .one_row import ROW, TABLE, planned


def of_file(weight):
    """A stage that writes one row with the weight that its file has."""

    def run(inputs, settings):
        return Outputs([overwrite(TABLE, inputs.frame(TABLE, [{**ROW, "weight": weight}]))])

    facts = {"fingerprint": lambda *_: str(weight), "defined_in": __name__}
    return Stage("ingest", (), (TABLE,), (), run, **facts)


def reader(read):
    """A stage that reads the row."""

    def run(inputs, settings):
        read.extend(row["weight"] for row in inputs.read(TABLE).collect())
        return Outputs()

    return Stage("recommend", (TABLE,), (), (), run, defined_in=__name__)


def found(store):
    """What `colike doctor` says of the table."""
    (one,) = [one for one in store_findings(store.location.name) if one.what == f"table {TABLE}"]
    return one.state, one.found


def nothing(store):
    """Nobody else writes."""


def by_hand(store):
    store.spark.sql(f"UPDATE {store.location.identifier(TABLE)} SET weight = 4")


def test_what_was_made_of_the_later_table_is_made_again(works, store, tmp_path):
    read = []
    assert works(of_file(1.0), reader(read)) == ["ingest", "recommend"]
    copy = shutil.copytree(folder_of(store, TABLE), tmp_path / "copy")
    assert works(of_file(2.0), reader(read)) == ["ingest", "recommend"]
    version = store.read("runs").where("job = 'ingest'").orderBy("entry").collect()[-1]

    put_back(store, TABLE, copy)
    assert works(of_file(3.0)) == ["ingest"]
    again = store.read("runs").where("job = 'ingest'").orderBy("entry").collect()[-1]
    assert again["pins_out"] == version["pins_out"], "the same number of the same table"
    assert again["commits"] != version["commits"]
    (why,) = planned(store, of_file(3.0), reader(read))["recommend"]
    assert why == f"table {TABLE} was put back and changed (version 2 is another one)"
    assert works(of_file(3.0), reader(read)) == ["recommend"]
    assert read == [1.0, 2.0, 3.0]
    assert works(of_file(3.0), reader(read)) == []


@pytest.mark.parametrize("then", [nothing, by_hand])
def test_a_copy_is_not_taken_for_what_the_last_run_left(works, store, tmp_path, then):
    """Not even if others have brought it up to the number that the last run saw."""
    read = []
    works(of_file(1.0), reader(read))
    copy = shutil.copytree(folder_of(store, TABLE), tmp_path / "copy")
    works(of_file(2.0), reader(read))
    assert found(store) == ("ok", "every file can be read")
    put_back(store, TABLE, copy)
    then(store)
    assert found(store) == ("wrong", "is an earlier copy, as from a backup, of what a run left")
    assert works(of_file(2.0), reader(read)) == ["ingest", "recommend"]
    assert read == [1.0, 2.0, 2.0]
    assert works(of_file(2.0), reader(read)) == []
    assert found(store) == ("ok", "every file can be read")
