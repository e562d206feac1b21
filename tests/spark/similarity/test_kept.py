"""Kept co-likes through the jobs: files change, ingest finds what, similarity counts that."""

import csv
import shutil
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.generate import generate
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.tables import IdTypes, Store
from colike.tables.changes import changes

KEEP = "similarity.tiled.keep_colikes=true"
BOUNDS = ("similarity.min_colikes=1", "similarity.min_jaccard=0.0")
JOBS = ("ingest", "similarity")


class Notes(PlainReporter):
    def __init__(self):
        super().__init__()
        self.said = []

    def note(self, job, text):
        self.said.append(text)


@dataclass
class Growing:
    """A store whose files are changed and read again."""

    spark: object
    folder: Path
    store: Store
    runs: list[str] = field(default_factory=list)

    def run(self, *overrides, jobs=JOBS):
        """Run the jobs; return what similarity said."""
        config = load_config("conf/mal2020.yml", (KEEP, *BOUNDS, *overrides))
        notes = Notes()
        self.runs.append(f"run{len(self.runs)}")
        run_jobs(Run(config, self.store, self.runs[-1], str(self.folder), notes), jobs)
        return " ".join(notes.said)

    def ratings(self, change):
        """Rewrite the rating file: rows of strings (user, item, rating) through `change`."""
        edit(self.folder / "rating_complete.csv", change)

    def similarity(self):
        return rows_of(self.store)

    def counted_anew(self):
        """The rows by their definition, from the sets of fans that the store's histories hold."""
        ids = dict(self.store.read("items").select("item_idx", "item_id").collect())
        fans = {}
        for user, likes in (
            self.store.read("user_history").select("user_id", "likes_train").collect()
        ):
            for item in likes:
                fans.setdefault(item, set()).add(user)
        pairs = ((a, b, len(fans[a] & fans[b])) for a, b in combinations(sorted(fans), 2))
        return sorted(
            (ids[a], ids[b], len(fans[a]), len(fans[b]), both, both / len(fans[a] | fans[b]))
            for a, b, both in pairs
            if both
        )


def edit(file, change):
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *change(rows)])


def rows_of(store):
    rows = store.read("item_similarity").drop("run_id", "method").collect()
    return sorted(tuple(row) for row in rows)


@pytest.fixture(scope="module")
def prepared(spark, tmp_path_factory):
    """A folder with data and a store that has kept its co-likes; tests work on copies of it."""
    root = tmp_path_factory.mktemp("kept")
    generate(users=120, items=60, ratings=2500, seed=3, out=root / "data")
    assert "none were kept yet" in growing_in(spark, root).run()
    return root


def growing_in(spark, root):
    store = Store.open(spark, str(root / "store"), IdTypes("bigint", "bigint"))
    return Growing(spark, root / "data", store)


@pytest.fixture
def growing(spark, prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "copy")
    made = growing_in(spark, tmp_path / "copy")
    made.runs.append("prepared")
    return made


def changed(rows):
    """A few users: a rating appended, one changed, one withdrawn; one user gone, one new."""
    liked = [row for row in rows if row[0] != "3"]
    for row in liked:
        if row[0] in {"1", "2"}:
            row[2] = "10" if int(row[2]) < 9 else "5"
    withdrawn = [row for number, row in enumerate(liked) if number not in {0, 40, 41}]
    items = sorted({row[1] for row in rows})[:6]
    return withdrawn + [["990001", item, "10"] for item in items]


def test_a_store_that_has_grown_counts_the_change_and_equals_a_full_count(growing):
    growing.ratings(changed)
    said = growing.run()
    assert "counted on from the kept co-likes" in said
    assert growing.similarity() == growing.counted_anew()
    figures = growing.store.read("run_metrics").where("name = 'changed_likes'")
    last = figures.where(F.col("run_id") == growing.runs[-1]).collect()[0]["value"]
    assert 0 < last < 0.3 * growing.store.read("item_colikes").collect()[0]["likes"]


def test_several_versions_are_caught_up_at_once_and_new_items_too(growing):
    new = "999999"
    edit(growing.folder / "anime.csv", lambda rows: [*rows, [new, *rows[0][1:]]])
    growing.ratings(changed)
    growing.run(jobs=["ingest"])
    growing.ratings(lambda rows: rows[5:] + [[user, new, "10"] for user in ("4", "5", "6")])
    growing.run(jobs=["ingest"])
    assert "counted on" in growing.run(jobs=["similarity"])
    assert growing.similarity() == growing.counted_anew()
    assert growing.store.read("item_colikes").select("items").distinct().collect()[0][0] == 61


def test_items_that_got_other_numbers_are_counted_anew(growing):
    gone = {}

    def without_first(rows):
        gone["id"] = rows[0][0]
        return rows[1:]

    edit(growing.folder / "anime.csv", without_first)
    growing.ratings(lambda rows: [row for row in rows if row[1] != gone["id"]])
    assert "items have other numbers" in growing.run()
    assert growing.similarity() == growing.counted_anew()


def test_other_bounds_count_nothing_and_write_no_new_counts(growing):
    version = growing.store.version("item_colikes")
    assert "no like has changed" in growing.run("similarity.min_colikes=3")
    assert growing.store.version("item_colikes") == version
    assert {row[4] >= 3 for row in growing.similarity()} == {True}


def test_another_likes_threshold_changes_too_much_to_count_on(growing):
    assert "are many beside" in growing.run("likes.at_least=7")


def test_a_history_whose_feed_is_gone_is_counted_anew(growing):
    table = Path(growing.store.location.root) / "tables" / "user_history"
    name = growing.store.location.identifier("user_history")
    growing.spark.sql(f"UPDATE {name} SET likes_train = array(1, 2) WHERE user_id < 9")
    shutil.rmtree(table / "_change_data")
    assert "does not reach back" in growing.run(jobs=["similarity"])
    assert growing.similarity() == growing.counted_anew()


def test_kept_colikes_of_another_release_or_table_are_not_trusted(growing, monkeypatch):
    monkeypatch.setattr("colike.__version__", "0.0.0")
    assert "are of release" in growing.run(jobs=["similarity"])
    table = Path(growing.store.location.root) / "tables" / "user_history"
    rows = growing.store.read("user_history").localCheckpoint()
    shutil.rmtree(table)
    rows.write.format("delta").save(str(table))
    assert "of another user_history" in growing.run(jobs=["similarity"])


def test_changes_of_a_table_without_a_feed_are_none(growing):
    store = growing.store
    assert changes(store, "ratings", 0, store.version("ratings")) is None
    same = changes(store, "user_history", 1, 1)
    assert same.after.isEmpty()
    assert same.before.isEmpty()
