"""Nothing that is fitted, and no list from history `known`, depends on the test ratings."""

import numpy as np
import pytest
from colike.jobs import pairs as pairs_job
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import seen_in
from colike.data.ids import pairs_to_indices
from colike.data.splits import train_likes
from colike.embedding.vectors import Embedded
from colike.launch.export import SnapshotInputs, export_snapshot, snapshot_tables
from colike.pairs.build import PairInputs
from colike.pairs.heldout import with_group
from colike.snapshot.manifest import VALIDATION, open_snapshot
from colike.snapshot.settings import TrainSettings, WorkerConfig

# What each job writes.
WRITTEN = {
    "similarity": ("item_similarity",),
    "neighbours": ("item_neighbours",),
    "recommend": ("recommendations",),
}
FITTED = tuple(table for tables in WRITTEN.values() for table in tables)


@pytest.fixture(scope="module")
def clean(tiny_store):
    """The tables of a whole run."""
    return {
        table: tiny_store.read(table) for table in ("items", "user_history", "ratings", *FITTED)
    }


@pytest.fixture(scope="module")
def poisoned(clean, tiny_config, run_stage, written):
    """The same with other test likes for everyone, and what is fitted made again from them."""
    known = F.concat(seen_in("train"), seen_in("validation"))
    first_items = F.transform(F.sequence(F.lit(0), F.lit(29)), lambda item: item.cast("int"))
    others = F.array_except(first_items, known)
    nothing = F.array().cast("array<int>")
    history = clean["user_history"].withColumns(
        {"likes_test": others, "passives_test": nothing, "detractors_test": nothing}
    )
    turned = F.when(F.col(C.SPLIT) == "test", 11 - F.col(C.RATING)).otherwise(F.col(C.RATING))
    ratings = clean["ratings"].withColumn(C.RATING, turned.cast("float"))
    tables = {"items": clean["items"], "user_history": history.cache(), "ratings": ratings}
    for job, names in WRITTEN.items():
        outputs = run_stage(job, tiny_config, tables)
        for table in names:
            rows = written(outputs, table)
            # As Delta gives them back: what may be null is part of a snapshot's bytes too.
            schema = clean[table].select(*rows.columns).schema
            tables[table] = rows.sparkSession.createDataFrame(rows.collect(), schema).cache()
    return tables


def rows_of(tables, table, where="true"):
    frame = tables[table].where(where).drop(C.RUN_ID)
    return sorted(map(repr, frame.select(sorted(frame.columns)).collect()))


@pytest.mark.parametrize("table", ["item_similarity", "item_neighbours"])
def test_what_is_fitted_is_equal_to_the_last_bit(clean, poisoned, table):
    rows = rows_of(clean, table)
    assert len(rows) > 100
    assert rows_of(poisoned, table) == rows


def test_lists_from_known_ratings_are_equal_to_the_last_bit(clean, poisoned):
    rows = rows_of(clean, "recommendations", "history = 'known'")
    assert len(rows) > 1000
    assert rows_of(poisoned, "recommendations", "history = 'known'") == rows


def test_the_poison_was_strong_enough_to_change_lists_from_all_ratings(clean, poisoned):
    rows = rows_of(clean, "recommendations", "history = 'all'")
    assert rows_of(poisoned, "recommendations", "history = 'all'") != rows


def training_pairs(tables, settings):
    """The pairs that job pairs would write, with random vectors for a base model's."""
    items, history = tables["items"], tables["user_history"]
    size = items.count()
    vectors = np.random.default_rng(0).normal(size=(size, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    positions = np.arange(size, dtype=np.int32)
    embedded = Embedded(positions, positions, positions, vectors)
    similarity = pairs_to_indices(tables["item_similarity"], items)
    held = pairs_job.heldout_items(items, settings)
    near = pairs_job.near_items(items.sparkSession, embedded, held, settings)
    inputs = PairInputs(similarity.cache(), train_likes(history), items, near)
    return pairs_job.transform(inputs, embedded, settings)


@pytest.fixture(scope="module")
def pairs_settings(tiny_config):
    return tiny_config.pairs.model_copy(update={"min_colikes": 2, "min_likes": 5})


@pytest.fixture(scope="module")
def pairs_of(clean, poisoned, pairs_settings):
    """The training pairs of both, each made once."""
    return [training_pairs(tables, pairs_settings).cache() for tables in (clean, poisoned)]


def test_training_pairs_are_equal_to_the_last_bit(pairs_of):
    rows, again = (sorted(map(repr, pairs.collect())) for pairs in pairs_of)
    assert len(rows) > 20
    assert again == rows


def test_the_workers_snapshot_is_equal_to_the_last_byte(
    clean, poisoned, pairs_of, pairs_settings, tmp_path
):
    def exported(tables, pairs, folder):
        inputs = SnapshotInputs(
            pairs,
            tables["item_similarity"],
            tables["items"],
            tables["user_history"],
            with_group(tables["items"], pairs_settings),
        )
        export_snapshot(folder, snapshot_tables(inputs), {}, WorkerConfig(TrainSettings(), "base"))
        return open_snapshot(folder)

    first = exported(clean, pairs_of[0], tmp_path / "clean")
    assert first.rows(VALIDATION) > 20
    assert exported(poisoned, pairs_of[1], tmp_path / "poisoned").sha256 == first.sha256
