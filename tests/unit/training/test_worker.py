import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator

import colike.training
from colike.errors import ConfigError, DependencyError, SnapshotError
from colike.snapshot.manifest import ITEMS, open_snapshot, write_manifest
from colike.snapshot.settings import from_json
from colike.training import worker
from colike.training.encoder import Encoder, encode, load_model, place, set_dropout
from colike.training.output import write_output
from colike.training.texts import read_texts, tokenise

from .conftest import run_in_process

QUICK = {"batch_size": 14, "learning_rate": 3e-4, "log_every_steps": 5, "max_tokens": 48}


pytestmark = pytest.mark.usefixtures("fresh_accelerate")


def test_the_worker_learns_words_that_the_base_model_cannot_know(make_snapshot, tmp_path):
    folder, out = make_snapshot(max_steps=25, **QUICK), tmp_path / "out"
    command = [sys.executable, "-m", "colike.training.worker", "--log-format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(colike.training.__path__[0]).parents[1])}
    done = subprocess.run(
        [*command, "--snapshot", str(folder), "--out", str(out), "--threads", "2"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((out / "result.json").read_text())
    base, finetuned = result["metrics"]["base"], result["metrics"]["finetuned"]
    assert base["auc"] < 0.7
    assert finetuned["auc"] > base["auc"] + 0.15
    assert finetuned["pairs"] == 5 * 10 * 2
    assert result["steps"] == 25
    assert result["stopped_by"] == "steps"
    assert result["snapshot"] == open_snapshot(folder).sha256
    # Standard error is JSON lines and nothing else; the curve is the same points.
    events = [json.loads(line) for line in done.stderr.splitlines()]
    points = [event for event in events if event.pop("event") == "step"]
    assert points == json.loads((out / "curve.json").read_text())
    assert [point["step"] for point in points] == [5, 10, 15, 20, 25]
    assert points[-1]["loss"] < points[0]["loss"]
    assert json.loads((out / "metrics.json").read_text()) == result["metrics"]
    vectors = load_model(str(out / "model"), 48).encode(["It is about zorvak.", "On felk."])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "snap shot"]


@pytest.mark.parametrize("objective", ["cosine", "softmax", "contrastive", "mnr"])
def test_the_other_objectives_learn_too(make_snapshot, tmp_path, objective):
    folder = make_snapshot(objective=objective, max_steps=20, **QUICK)
    metrics = run_in_process(folder, tmp_path / "out")["metrics"]
    assert metrics["finetuned"]["auc"] > metrics["base"]["auc"] + 0.05


def test_equal_seeds_and_steps_give_equal_weights(make_snapshot, tmp_path):
    folder = make_snapshot(max_steps=2, **{**QUICK, "batch_size": 4}, precision="fp32")
    first = run_in_process(folder, tmp_path / "a")
    assert first["model_sha256"] == run_in_process(folder, tmp_path / "b")["model_sha256"]


def test_minutes_end_a_run_that_has_many_steps_left(make_snapshot, tmp_path):
    folder = make_snapshot(epochs=1000, max_minutes=0.02, **{**QUICK, "batch_size": 2})
    result = run_in_process(folder, tmp_path / "out")
    assert result["stopped_by"] == "minutes"
    assert 1 <= result["steps"] < result["planned_steps"]


def test_our_encoding_equals_the_models_own(make_snapshot):
    snapshot = open_snapshot(make_snapshot())
    model = load_model(from_json(snapshot.config_path).base_model, 12)
    items, texts = read_texts(snapshot.files(ITEMS))
    tokens = tokenise(model.tokenizer, items, texts, 12)
    wanted = items[::-3]
    theirs = model.encode([texts[item] for item in wanted])
    place(model, torch.device("cpu"))
    ours = encode(Encoder(model, tokens), wanted, Accelerator(cpu=True))
    assert np.abs(ours - theirs).max() < 1e-5


def test_texts_encoded_in_parts_by_length_give_the_gradients_of_one_batch(
    make_snapshot, monkeypatch
):
    snapshot = open_snapshot(make_snapshot())
    model = load_model(from_json(snapshot.config_path).base_model, 12)
    tokens = tokenise(model.tokenizer, *read_texts(snapshot.files(ITEMS)), 48)
    set_dropout(model, 0.0)
    place(model, torch.device("cpu"))
    encoder = Encoder(model, tokens)
    items = tokens.items[::-2]
    found = []
    for together in (1000, 3):
        monkeypatch.setattr("colike.training.encoder._TOGETHER_ON_CPU", together)
        encoder.zero_grad()
        vectors = encoder(items)
        (vectors @ vectors.T).square().sum().backward()
        gradients = [p.grad.flatten() for p in encoder.parameters() if p.grad is not None]
        found.append((vectors.detach(), torch.cat(gradients)))
    (whole, of_whole), (parts, of_parts) = found
    assert len({len(text) for text in tokens.texts(items)}) > 1, "or nothing is sorted"
    assert torch.allclose(parts, whole, atol=1e-6)
    assert torch.allclose(of_parts, of_whole, rtol=1e-3, atol=1e-4 * of_whole.abs().max())


def test_without_dropout_a_model_in_training_encodes_as_in_use(make_snapshot):
    snapshot = open_snapshot(make_snapshot())
    model = load_model(from_json(snapshot.config_path).base_model, 12)
    tokens = tokenise(model.tokenizer, *read_texts(snapshot.files(ITEMS)), 12)
    encoder, items = Encoder(model, tokens), np.int32([0, 1])
    in_use = encoder.eval()(items)
    assert not torch.allclose(encoder.train()(items), in_use, atol=1e-3)
    set_dropout(model, 0.0)
    assert torch.allclose(encoder.train()(items), in_use, atol=1e-5)


def test_a_typo_in_the_config_is_one_line_and_exit_code_2(make_snapshot, tmp_path, capsys):
    folder = make_snapshot()
    config = folder / "config.json"
    config.write_text(config.read_text().replace("learning_rate", "lerning_rate"))
    write_manifest(folder, {})
    code = worker.main(["--snapshot", str(folder), "--out", str(tmp_path / "out")])
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 1
    assert lines[0].startswith("ConfigError: ")
    assert "unknown key lerning_rate" in lines[0]
    assert not (tmp_path / "out").exists()


def test_a_snapshot_that_is_not_there_is_exit_code_2(tmp_path, capsys):
    assert worker.main(["--snapshot", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "SnapshotError" in capsys.readouterr().err


def test_a_missing_library_is_named_with_its_extra(make_snapshot, tmp_path, monkeypatch):
    folder = make_snapshot()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    arguments = worker._parser().parse_args(["--snapshot", str(folder), "--out", str(tmp_path)])
    with pytest.raises(DependencyError, match=r"torch, .* install colike\[train\]"):
        worker.run(arguments)


def test_a_used_output_folder_is_refused_before_any_work(make_snapshot, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="exists and is not empty"):
        run_in_process(make_snapshot(), tmp_path / "out")


def test_a_pair_without_a_description_is_named(make_snapshot):
    snapshot = open_snapshot(make_snapshot())
    items, texts = read_texts(snapshot.files(ITEMS))
    model = load_model(from_json(snapshot.config_path).base_model, 12)
    tokens = tokenise(model.tokenizer, items, texts, 12)
    with pytest.raises(SnapshotError, match="no description for item_idx 999"):
        tokens.texts(np.int32([1, 999]))


def test_a_run_that_ends_while_saving_leaves_no_output(tmp_path):
    class Broken:
        def save(self, path, create_model_card):
            (Path(path)).mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_output(tmp_path / "out", Broken(), {}, [], {})
    assert not (tmp_path / "out").exists()


def test_the_worker_imports_what_a_gpu_machine_has_and_nothing_else():
    allowed = {
        "torch", "sentence_transformers", "transformers", "accelerate", "safetensors", "pyarrow",
        "numpy",
    }  # fmt: skip
    found = set()
    for path in Path(colike.training.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found |= {name.split(".")[0] for name in names}
    assert found - set(sys.stdlib_module_names) - {"colike"} == allowed
