"""Nothing that is fitted, and no list by history `known`, depends on the test ratings."""

import io
import shutil

import numpy as np
import pytest
from colike.jobs import pairs as pairs_job
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import to_indices
from colike.data.splits import train_likes
from colike.embedding.vectors import Embedded
from colike.launch.export import SnapshotInputs, export_snapshot, snapshot_tables
from colike.pairs.build import PairInputs
from colike.pairs.heldout import with_group
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.snapshot.manifest import VALIDATION, open_snapshot
from colike.snapshot.settings import TrainSettings, WorkerConfig
from colike.tables import Store, Writer

JOBS = ["similarity", "neighbours", "recommend"]


@pytest.fixture(scope="module")
def poisoned(spark, tiny_store, tiny_config, tmp_path_factory):
    """The tiny store with other test ratings everywhere, and its fitted tables made again."""
    folder = tmp_path_factory.mktemp("poisoned") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    writer = Writer(store, "poison", ("ratings", "user_history"))
    history = store.read("user_history")
    known = F.concat("seen_train", "seen_validation")
    first_items = F.transform(F.sequence(F.lit(0), F.lit(29)), lambda item: item.cast("int"))
    others = F.array_except(first_items, known)
    writer.overwrite(
        "user_history", history.withColumn("likes_test", others).withColumn("seen_test", others)
    )
    turned = F.when(F.col(C.SPLIT) == "test", 11 - F.col(C.RATING)).otherwise(F.col(C.RATING))
    writer.overwrite("ratings", store.read("ratings").withColumn(C.RATING, turned.cast("float")))
    run = Run(tiny_config, store, "poisoned run", None, PlainReporter(io.StringIO()))
    assert run_jobs(run, JOBS) == JOBS, "the inputs have changed, so every job works again"
    return store


def rows_of(store, table, where="true"):
    frame = store.read(table).where(where).drop(C.RUN_ID)
    return sorted(map(repr, frame.collect()))


@pytest.mark.parametrize("table", ["item_similarity", "item_neighbours"])
def test_what_is_fitted_is_equal_to_the_last_bit(tiny_store, poisoned, table):
    clean = rows_of(tiny_store, table)
    assert len(clean) > 100
    assert rows_of(poisoned, table) == clean


def test_lists_from_known_ratings_are_equal_to_the_last_bit(tiny_store, poisoned):
    clean = rows_of(tiny_store, "recommendations", "history = 'known'")
    assert len(clean) > 1000
    assert rows_of(poisoned, "recommendations", "history = 'known'") == clean


def test_the_poison_was_strong_enough_to_change_lists_from_all_ratings(tiny_store, poisoned):
    clean = rows_of(tiny_store, "recommendations", "history = 'all'")
    assert rows_of(poisoned, "recommendations", "history = 'all'") != clean


def training_pairs(store, config):
    """The pairs that job pairs would write, with random vectors for a base model's."""
    items = store.read("items")
    size = items.count()
    vectors = np.random.default_rng(0).normal(size=(size, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    positions = np.arange(size, dtype=np.int32)
    embedded = Embedded(positions, positions, positions, vectors)
    similarity = to_indices(store.read("item_similarity"), items, C.ITEM_A, C.ITEM_B)
    held = pairs_job.heldout_titles(items, config)
    near = pairs_job.near_titles(store.spark, embedded, held, config)
    inputs = PairInputs(similarity.cache(), train_likes(store.read("user_history")), items, near)
    return pairs_job.transform(inputs, embedded, config)


@pytest.fixture(scope="module")
def pairs_config(tiny_config):
    return tiny_config.pairs.model_copy(update={"min_colikes": 2, "min_likes": 5})


def test_training_pairs_are_equal_to_the_last_bit(tiny_store, poisoned, pairs_config):
    clean = sorted(map(repr, training_pairs(tiny_store, pairs_config).collect()))
    assert len(clean) > 20
    assert sorted(map(repr, training_pairs(poisoned, pairs_config).collect())) == clean


def test_the_workers_snapshot_is_equal_to_the_last_byte(
    tiny_store, poisoned, pairs_config, tmp_path
):
    def exported(store, folder):
        items = store.read("items")
        inputs = SnapshotInputs(
            training_pairs(store, pairs_config),
            store.read("item_similarity"),
            items,
            store.read("user_history"),
            with_group(items, pairs_config),
        )
        export_snapshot(folder, snapshot_tables(inputs), {}, WorkerConfig(TrainSettings(), "base"))
        return open_snapshot(folder)

    clean = exported(tiny_store, tmp_path / "clean")
    assert clean.rows(VALIDATION) > 20
    assert exported(poisoned, tmp_path / "poisoned").sha256 == clean.sha256
