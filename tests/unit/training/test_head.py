import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from colike.snapshot.manifest import ITEMS, open_snapshot, write_manifest
from colike.training.encoder import load_model, save_model
from colike.training.head import HeadEncoder, read_vectors
from colike.training.texts import read_texts

from ...small_model import DIMENSIONS
from ..snapshots import THEMES, theme_of
from .conftest import run_in_process

pytestmark = pytest.mark.torch
QUICK = {"objective": "head", "max_tokens": 48, "batch_size": 20}


def test_a_head_learns_and_its_model_encodes_as_it_did(make_snapshot, tmp_path, minilm):
    folder = make_snapshot(minilm, max_steps=40, **QUICK)
    result = run_in_process(folder, tmp_path / "out")
    metrics = result["metrics"]
    assert metrics["finetuned"]["auc"] > metrics["base"]["auc"] + 0.05
    texts = read_texts(open_snapshot(folder).files(ITEMS))[1]
    base, made = load_model(minilm, 48), load_model(str(tmp_path / "out" / "model"), 48)
    plain = base.encode(texts)
    weight = next(p for name, p in made.named_parameters() if name.endswith("linear.weight"))
    mapped = plain @ weight.detach().numpy().T
    own = made.encode(texts)
    cosines = (own * mapped).sum(1) / np.linalg.norm(own, axis=1) / np.linalg.norm(mapped, axis=1)
    assert cosines == pytest.approx(np.ones(len(texts)), abs=1e-5)
    assert np.abs(own - plain).max() > 0.01


def test_vectors_of_the_snapshot_stand_in_for_the_base_models(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, max_steps=1, **QUICK)
    items, _ = read_texts(open_snapshot(folder).files(ITEMS))
    # Vectors that no text has: one direction per theme tells all pairs apart.
    vectors = np.eye(DIMENSIONS, dtype=np.float32)[[theme_of(item) for item in items]]
    columns = {
        "item_idx": pa.array(items[::-1], pa.int32()),
        "embedding": pa.array(vectors[::-1].tolist(), pa.list_(pa.float32())),
    }
    (folder / "item_vectors").mkdir()
    path = folder / "item_vectors" / "part-0.parquet"
    pq.write_table(pa.table(columns), path)
    write_manifest(folder, {})
    assert len(THEMES) < DIMENSIONS
    assert np.array_equal(read_vectors([path], items), vectors)
    assert read_vectors([path], items[1:]) is None
    assert run_in_process(folder, tmp_path / "given")["metrics"]["base"]["auc"] == 1.0


def test_a_head_begins_as_the_base_model(small_model):
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 3]]
    head = HeadEncoder(load_model(small_model, 16), np.int32([2, 5, 9]), vectors)
    assert head(np.int32([9, 2])).detach().numpy() == pytest.approx(vectors[[2, 0]])
    assert [name for name, _ in head.named_parameters()] == ["linear.weight"]


def test_models_that_differ_in_their_head_alone_are_different_models(tmp_path, small_model):
    vectors = np.eye(DIMENSIONS, dtype=np.float32)[:3]
    found = []
    for change in (0.0, 0.0, 1.0):
        head = HeadEncoder(load_model(small_model, 16), np.int32([2, 5, 9]), vectors)
        with torch.no_grad():
            head.linear.weight[0, 0] += change
        found.append(save_model(head.as_model(), tmp_path / str(len(found))))
    assert found[0] == found[1] != found[2]
