"""A table that is written again, whatever an earlier try has left."""

import pytest

from colike.errors import StoreError
from colike.tables import IdTypes, Store
from colike.tables.rewriting import resume, rewrite
from colike.tables.writes import overwrite

from .neighbour_rows import NEIGHBOURS, TABLE


@pytest.fixture
def store(spark, tmp_path, write):
    """A store with two rows."""
    store = Store.open(spark, str(tmp_path), IdTypes("bigint", "string"))
    rows = [("goes", "a", 1, "b", 0.5), ("stays", "a", 1, "b", 0.5)]
    write(store, overwrite(TABLE, spark.createDataFrame(rows, NEIGHBOURS).coalesce(1)))
    return store


def written_again(store):
    resume(store, TABLE)
    rewrite(store, TABLE, store.read(TABLE).where("source = 'stays'"))
    return [row["source"] for row in store.read(TABLE).collect()]


def folders(store):
    return sorted(path.name for path in (store.location.local / "tables").iterdir())


def test_of_the_old_table_nothing_is_left(store):
    assert written_again(store) == ["stays"]
    assert folders(store) == [TABLE]


@pytest.mark.parametrize("killed_in", ["its old folder's removal", "the move", "the writing"])
def test_a_try_that_was_killed_is_done_again_and_leaves_nothing(store, killed_in, monkeypatch):
    location = type(store.location)
    calls = {"its old folder's removal": 2, "the move": 1, "the writing": 0}[killed_in]
    move, done = location.set_aside, []

    def killed(self, *names):
        if len(done) == calls:
            raise KeyboardInterrupt
        done.append(names)
        return move(self, *names)

    def kept(self, session, name):
        if name.endswith("_old") and len(done) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(location, "set_aside", killed)
        patched.setattr(location, "drop", kept)
        with pytest.raises(KeyboardInterrupt):
            written_again(store)
    assert len(folders(store)) == 2
    assert written_again(store) == ["stays"]
    assert folders(store) == [TABLE]


def test_a_run_makes_no_new_table_beside_one_that_is_not_in_its_place_yet(store, write):
    move = type(store.location).set_aside
    move(store.location, store.spark, TABLE, f"{TABLE}_new")
    rows = store.spark.createDataFrame([("new", "a", 1, "b", 0.5)], NEIGHBOURS)
    with pytest.raises(StoreError, match=rf"{TABLE} .*`colike forget` was killed"):
        write(store, overwrite(TABLE, rows))
    assert folders(store) == [f"{TABLE}_new"]
    assert written_again(store) == ["stays"]
