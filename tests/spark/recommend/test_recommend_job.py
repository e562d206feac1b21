"""The job recommend as a whole: its options, and that what is scored again equals a full run."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.tables import Store, Writer

OVERRIDES = (
    "recommend.sources=[popularity,jaccard,base,profile]",
    "recommend.profile.embedder=base",
)


@pytest.fixture(scope="module")
def embedded(spark, tiny_store, embed, tmp_path_factory):
    """The tiny store with random vectors for `base`, its neighbours and everyone's lists."""
    folder = tmp_path_factory.mktemp("embedded") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    write_vectors(embed, store, seed=0)
    run(store, "first", ["neighbours", "recommend"])
    return store


@pytest.fixture
def store(spark, embedded, tmp_path):
    """A copy of its own."""
    shutil.copytree(embedded.location.root, tmp_path / "store")
    return Store.open(spark, str(tmp_path / "store"), embedded.ids)


def write_vectors(embed, store, seed, changed=()):
    """Give every item a random unit vector, and those of `changed` another one."""
    items = store.read("items").orderBy(C.ITEM_IDX).select(C.ITEM_ID, "content_hash").collect()
    vectors = np.random.default_rng(0).normal(size=(len(items), 6))
    for place in changed:
        vectors[place] = np.random.default_rng(seed).normal(size=6)
    embed(store, items, vectors)


def run(store, run_id, jobs, *overrides, data=None):
    said = io.StringIO()
    config = load_config("conf/mal2020.yml", [*OVERRIDES, *overrides])
    run_jobs(Run(config, store, run_id, data, PlainReporter(said)), jobs)
    return said.getvalue()


def rows_of(store, where="true"):
    frame = store.read("recommendations").where(where).drop(C.RUN_ID)
    return sorted(map(repr, frame.collect()))


def made_anew(spark, store, tmp_path):
    """The rows of a run that can count on no earlier one."""
    shutil.copytree(store.location.root, tmp_path / "anew")
    shutil.rmtree(tmp_path / "anew" / "tables" / "recommendations")
    copy = Store.open(spark, str(tmp_path / "anew"), store.ids)
    run(copy, "anew", ["recommend"])
    return rows_of(copy)


def scored(store, run_id):
    """How many users a run scored, by source."""
    rows = store.read("run_metrics").where(F.col(C.RUN_ID) == run_id).collect()
    name = "users_scored."
    return {
        row[C.NAME].removeprefix(name): row[C.VALUE] for row in rows if row[C.NAME].startswith(name)
    }


def change_histories(store, users):
    """Some users like another item in train; one user is gone."""
    history = store.read("user_history")
    first = sorted(row[0] for row in history.select(C.USER_ID).collect())[: users + 1]
    other = F.array(F.lit(3))
    is_changed = F.col(C.USER_ID).isin(first[:users])

    def with_other(name):
        more = F.array_sort(F.array_union(name, other))
        return F.when(is_changed, more).otherwise(F.col(name))

    rows = history.where(F.col(C.USER_ID) != first[users])
    for name in ("likes_train", "seen_train"):
        rows = rows.withColumn(name, with_other(name))
    Writer(store, "change", ("user_history",)).merge("user_history", rows.drop(C.RUN_ID))


def test_users_whose_history_changed_are_scored_again_and_the_result_is_that_of_a_full_run(
    spark, store, tmp_path
):
    change_histories(store, 5)
    said = run(store, "second", ["recommend"])
    assert rows_of(store) == made_anew(spark, store, tmp_path)
    users = store.read("user_history").count()
    counts = scored(store, "second")
    assert counts["popularity"] == users, "its scores are numbers of likes"
    assert 6 <= counts["jaccard"] < users / 2
    assert f"jaccard: {counts['jaccard']:.0f} of {users} users are scored again" in said


def test_users_whose_neighbours_changed_are_scored_again(spark, store, tmp_path):
    table = store.read("item_neighbours")
    liked = store.read("items").where(f"{C.ITEM_IDX} = 7").collect()[0][C.ITEM_ID]
    of_one = (F.col(C.SOURCE) == "jaccard") & (F.col(C.ITEM_ID) == liked) & (F.col(C.RANK) == 1)
    weight = F.when(of_one, F.lit(0.99)).otherwise(F.col(C.WEIGHT))
    writer = Writer(store, "change", ("item_neighbours",))
    writer.overwrite("item_neighbours", table.withColumn(C.WEIGHT, weight).drop(C.RUN_ID))
    before = rows_of(store)
    run(store, "second", ["recommend"])
    after = rows_of(store)
    assert after != before
    assert after == made_anew(spark, store, tmp_path)
    counts = scored(store, "second")
    fans = store.read("user_history").where(
        "array_contains(flatten(array(likes_train, likes_validation, likes_test)), 7)"
    )
    assert counts == {"popularity": 0, "jaccard": fans.count(), "base": 0, "profile": 0}


def test_other_vectors_change_the_lists_that_are_made_of_them_alone(spark, embed, store, tmp_path):
    write_vectors(embed, store, seed=9, changed=[0, 1])
    before = rows_of(store, "source IN ('popularity', 'jaccard')")
    run(store, "second", ["neighbours", "recommend"])
    assert rows_of(store, "source IN ('popularity', 'jaccard')") == before
    assert rows_of(store) == made_anew(spark, store, tmp_path)
    counts = scored(store, "second")
    assert counts["popularity"] == counts["jaccard"] == 0
    assert counts["profile"] == store.read("user_history").count()


def test_where_nothing_that_counts_has_changed_nobody_is_scored_and_nothing_is_written(store):
    items = store.read("items").drop(C.RUN_ID).withColumn(C.SYNOPSIS, F.lit("Other words"))
    Writer(store, "change", ("items",)).merge("items", items)
    version = store.version("recommendations")
    run(store, "second", ["recommend"])
    assert set(scored(store, "second").values()) == {0}
    assert store.version("recommendations") == version
    assert "recommend: nothing to do" in run(store, "third", ["recommend"])


def test_where_the_last_lists_inputs_are_vacuumed_all_lists_are_made_again(store):
    folder = Path(store.location.root) / "tables" / "item_neighbours"
    old_files = list(folder.glob("*.parquet"))
    rows = store.read("item_neighbours").drop(C.RUN_ID).cache()
    rows.count()
    Writer(store, "change", ("item_neighbours",)).overwrite("item_neighbours", rows)
    for file in old_files:
        file.unlink()
    before = rows_of(store)
    run(store, "second", ["recommend"])
    assert scored(store, "second") == {}, "all lists were made"
    assert rows_of(store) == before


def test_a_table_that_somebody_else_has_written_is_not_counted_on(spark, store, tmp_path):
    fewer = store.read("recommendations").where("rank < 3").drop(C.RUN_ID)
    Writer(store, "other", ("recommendations",)).overwrite("recommendations", fewer)
    change_histories(store, 1)
    run(store, "second", ["recommend"])
    assert rows_of(store) == made_anew(spark, store, tmp_path)
    assert scored(store, "second") == {}, "all lists were made"


def test_other_settings_make_all_lists_again(store):
    run(store, "second", ["recommend"], "recommend.k=12")
    assert store.read("recommendations").agg(F.max(C.RANK)).first()[0] == 12
    assert scored(store, "second") == {}


def test_only_candidates_are_recommended_by_any_source(store):
    where = "recommend.candidates.where=item_idx % 2 = 0"
    run(store, "second", ["recommend"], where)
    items = store.read("items").select(C.ITEM_ID, C.ITEM_IDX)
    listed = store.read("recommendations").join(items, C.ITEM_ID)
    counts = {row[0]: row[1] for row in listed.groupBy(C.SOURCE).count().collect()}
    assert set(counts) == {"popularity", "jaccard", "base", "profile"}
    assert listed.where("item_idx % 2 <> 0").isEmpty()
    reasons = listed.select(F.explode(f"{C.BECAUSE}.{C.ITEM_ID}").alias(C.ITEM_ID)).join(
        items, C.ITEM_ID
    )
    assert not reasons.where("item_idx % 2 <> 0").isEmpty(), "other likes count all the same"


def test_neighbours_of_too_small_a_weight_do_not_count(store):
    run(store, "second", ["recommend"], "recommend.least_weight.jaccard=0.2")
    mine = store.read("recommendations").where(F.col(C.SOURCE) == "jaccard")
    parts = mine.select(F.explode(f"{C.BECAUSE}.{C.PART}").alias("part"))
    assert parts.agg(F.min("part")).first()[0] >= 0.2
    assert not mine.where(F.col(C.FALLBACK)).isEmpty()


def test_diverse_lists_are_less_alike_within_and_hold_what_the_longer_list_has(store):
    def mean_cosine():
        vectors = store.read("item_embeddings").select(C.ITEM_ID, C.EMBEDDING)
        lists = (
            store.read("recommendations")
            .where(f"source = 'jaccard' AND history = 'known' AND NOT {C.FALLBACK}")
            .join(vectors, C.ITEM_ID)
            .groupBy(C.USER_ID)
            .agg(F.collect_list(C.EMBEDDING).alias("vectors"))
        )
        found = [np.array(row["vectors"]) for row in lists.collect() if len(row["vectors"]) > 2]
        alike = [(each @ each.T)[np.triu_indices(len(each), 1)].mean() for each in found]
        return np.mean(alike)

    depth = "recommend.neighbours_per_item={jaccard: 20, base: 20}"
    run(store, "long", ["recommend"], depth, "recommend.k=30")
    wide = {
        (row[C.USER_ID], row[C.ITEM_ID])
        for row in store.read("recommendations").where("source = 'jaccard'").collect()
    }
    run(store, "plain", ["recommend"], depth)
    plain = mean_cosine()
    run(
        store, "diverse", ["recommend"], depth,
        "recommend.diversity.relevance=0.5", "recommend.diversity.pool=30",
    )  # fmt: skip
    assert mean_cosine() < plain - 0.05
    listed = store.read("recommendations").where("source = 'jaccard'").collect()
    assert {(row[C.USER_ID], row[C.ITEM_ID]) for row in listed} <= wide


def test_named_users_alone_are_published_strangers_among_them(store, tmp_path):
    known = store.read("user_history").select(C.USER_ID).orderBy(C.USER_ID).limit(2).collect()
    ids = [row[0] for row in known] + [987654321]
    (tmp_path / "named.csv").write_text("\n".join(["user_id", *map(str, ids)]) + "\n")
    file = json.dumps({"path": "named.csv"})
    run(store, "second", ["recommend"], f"recommend.users={file}", data=str(tmp_path))
    rows = store.read("recommendations").where("source = 'jaccard'")
    assert {row[0] for row in rows.where("history = 'all'").select(C.USER_ID).collect()} == set(ids)
    measured = rows.where("history = 'known'").select(C.USER_ID).distinct().count()
    assert measured == store.read("user_history").count()
    stranger = rows.where(f"{C.USER_ID} = 987654321").collect()
    assert len(stranger) == 10
    assert all(row[C.FALLBACK] for row in stranger)


def test_a_source_without_neighbours_has_no_lists_and_the_run_says_so(store):
    said = run(store, "second", ["recommend"], "recommend.profile.embedder=finetuned")
    assert "source profile has neither neighbours nor vectors" in said
    assert not rows_of(store, "source = 'profile'")
    assert rows_of(store, "source = 'base'")


def test_a_list_longer_than_the_catalogue_has_each_unseen_title_once(store):
    run(store, "second", ["recommend"], "recommend.k=500", "recommend.sources=[jaccard,profile]")
    items = store.read("items").count()
    history = store.read("user_history").select(
        C.USER_ID, F.expr("size(seen_train) + size(seen_validation)").alias("seen")
    )
    known = store.read("recommendations").where("history = 'known'").groupBy(C.SOURCE, C.USER_ID)
    counts = known.agg(F.count("*").alias("rows"), F.countDistinct(C.ITEM_ID).alias("items"))
    wrong = counts.join(history, C.USER_ID).where(f"rows <> items OR rows <> {items} - seen")
    assert wrong.isEmpty()


def test_train_is_a_history_like_the_others(store):
    run(store, "second", ["recommend"], "recommend.histories=[train,known,all]")
    names = store.read("recommendations").select(C.HISTORY).distinct().collect()
    assert {row[0] for row in names} == {"train", "known", "all"}
