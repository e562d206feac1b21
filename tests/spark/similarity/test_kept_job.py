"""Job similarity keeps its co-likes true over several versions of the histories, in Delta."""

import shutil

from colike.run.reporters import PlainReporter
from colike.tables import IdTypes, Store
from colike.tables.changes import changes
from colike.tables.writes import merge, overwrite

from ...histories import history_row
from ..copies import folder_of, put_back
from .few_likes import CHANGED, CONFIG, ITEMS, LIKES, by_definition

HISTORY = "user_history"
IDS = IdTypes("bigint", "bigint")
BETWEEN = {**LIKES, 1: [5], 4: []}
NAMELESS = {
    "title": "T",
    "attributes": {},
    "synopsis": None,
    "description": "T",
    "synopsis_cut": False,
    "content_hash": "",
}


class Notes(PlainReporter):
    def __init__(self):
        super().__init__()
        self.said = []

    def note(self, job, text):
        self.said.append(text)


def items(store):
    named = [{**NAMELESS, "item_id": 1000 + at, "item_idx": at} for at in range(ITEMS)]
    return store.frame("items", named)


def histories(store, likes):
    """Rows of user_history, which has more columns than co-likes are made of."""
    rows = [history_row(user, likes_train=mine) for user, mine in likes.items()]
    return store.frame(HISTORY, rows)


def pairs_in(store):
    rows = store.read("item_similarity").drop("method", "run_id").collect()
    return sorted((row[0] - 1000, row[1] - 1000, *row[2:]) for row in rows)


def likes_in(rows):
    return {row["user_id"]: row["likes_train"] for row in rows.collect()}


def test_the_job_brings_kept_colikes_up_to_date_over_several_versions(
    spark, tmp_path, write, run_jobs
):
    store = Store.open(spark, str(tmp_path / "store"), IDS)
    first = overwrite("items", items(store)), merge(HISTORY, histories(store, LIKES))
    start = write(store, *first).pins[HISTORY]
    assert run_jobs(CONFIG, store, ["similarity"]) == ["similarity"]
    write(store, merge(HISTORY, histories(store, BETWEEN)))
    end = write(store, merge(HISTORY, histories(store, CHANGED))).pins[HISTORY]
    assert end.version == start.version + 2

    notes = Notes()
    assert run_jobs(CONFIG, store, ["similarity"], run_id="run-2", reporter=notes) == ["similarity"]
    assert "kept co-likes were brought up to date" in " ".join(notes.said)
    assert pairs_in(store) == by_definition(CHANGED)
    (success,) = store.read("runs").where("run_id = 'run-2' AND event = 'succeeded'").collect()
    # Users 1 and 4 twice, 2 and 3 once; user 99 came.
    passed = [LIKES[1], [5], [5], CHANGED[1], LIKES[4], LIKES[4]]
    passed += [LIKES[2], CHANGED[2], LIKES[3], CHANGED[99]]
    assert success["figures"]["changed_likes"] == sum(map(len, passed))

    # The feed itself: nothing between equal versions, and both sides of each change.
    nothing = changes(store, HISTORY, end.version, end.version)
    assert nothing.after.isEmpty()
    assert nothing.before.isEmpty()
    last = changes(store, HISTORY, start.version + 1, end.version)
    assert likes_in(last.after) == {user: CHANGED[user] for user in (1, 2, 4, 99)}
    assert likes_in(last.before) == {1: [5], 4: [], 2: LIKES[2], 3: LIKES[3]}
    assert changes(store, "items", 0, 1) is None, "a table that keeps no feed"
    shutil.rmtree(folder_of(store, HISTORY) / "_change_data")
    assert changes(store, HISTORY, start.version, end.version) is None, "its files are gone"


def test_colikes_of_histories_that_were_put_back_are_counted_again(
    spark, tmp_path, write, run_jobs
):
    store = Store.open(spark, str(tmp_path / "store"), IDS)
    write(store, overwrite("items", items(store)), merge(HISTORY, histories(store, LIKES)))
    copy = shutil.copytree(folder_of(store, HISTORY), tmp_path / "copy")
    later = write(store, merge(HISTORY, histories(store, CHANGED))).pins[HISTORY]
    run_jobs(CONFIG, store, ["similarity"])
    put_back(store, HISTORY, copy)
    again = write(store, merge(HISTORY, histories(store, BETWEEN))).pins[HISTORY]
    assert again.place == later.place
    assert again != later

    notes = Notes()
    run_jobs(CONFIG, store, ["similarity"], run_id="run-2", reporter=notes)
    assert "all likes were counted" in " ".join(notes.said)
    assert pairs_in(store) == by_definition(BETWEEN)
