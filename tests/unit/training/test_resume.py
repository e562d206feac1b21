"""Runs that were interrupted, and runs of several processes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from colike.snapshot.manifest import write_manifest
from colike.training.progress import Progress

from ..snapshots import write_snapshot
from .conftest import run_in_process

pytestmark = pytest.mark.torch
SETTINGS = {
    "batch_size": 4,
    "learning_rate": 3e-4,
    "log_every_steps": 1,
    "max_tokens": 32,
    "precision": "fp32",
    "checkpoint_minutes": 0.0,
}


class Interrupted(Progress):
    """Ends the run in its third step, whose state is not yet on disk."""

    def point(self, point):
        super().point(point)
        if point.step == 3:
            raise KeyboardInterrupt


def interrupted(folder, out):
    with pytest.raises(KeyboardInterrupt):
        run_in_process(folder, out, Interrupted())
    assert not out.exists()


@pytest.mark.parametrize(
    "settings",
    [
        # Dropout, the optimizer's state, the mean of the weights, and the best so far.
        {"objective": "graded", "validations": 4, "average_decay": 0.9, "drop_sentences": 0.3},
        # A layer of its own, batches added up, in parts.
        {"objective": "softmax", "accumulate": 2, "encoded_at_once": 3},
    ],
)
def test_an_interrupted_run_ends_with_the_weights_of_an_unbroken_one(
    make_snapshot, tmp_path, small_model, settings, capsys
):
    folder = make_snapshot(small_model, max_steps=8, **{**SETTINGS, **settings})
    unbroken = run_in_process(folder, tmp_path / "unbroken")
    broken = tmp_path / "broken"
    interrupted(folder, broken)
    result = run_in_process(folder, broken)
    assert "resumes after step 2" in capsys.readouterr().err
    assert result["model_sha256"] == unbroken["model_sha256"]
    assert result["recall"] == unbroken["recall"]
    assert result["validations"] == unbroken["validations"]
    curves = [
        json.loads((out / "curve.json").read_text()) for out in (broken, tmp_path / "unbroken")
    ]
    assert [point["step"] for point in curves[0]] == list(range(1, 9))
    assert [point["loss"] for point in curves[0]] == [point["loss"] for point in curves[1]]
    assert not list(tmp_path.glob(".broken*"))


def test_a_state_of_other_settings_is_not_resumed(make_snapshot, tmp_path, small_model, capsys):
    folder = make_snapshot(small_model, max_steps=6, **SETTINGS)
    interrupted(folder, tmp_path / "out")
    assert list(tmp_path.glob(".out*"))
    (folder / "config.json").write_text(
        (folder / "config.json").read_text().replace('"seed": 42', '"seed": 43')
    )
    write_manifest(folder, {})
    run_in_process(folder, tmp_path / "out")
    assert "resumes" not in capsys.readouterr().err
    assert not list(tmp_path.glob(".out*"))


# One compares all texts of a batch, one the texts of a pair alone and trains a layer of its own.
IN_STEP = {**SETTINGS, "dropout": 0.0, "max_steps": 4}
OBJECTIVES = {
    "graded": {**IN_STEP, "objective": "graded", "encoded_at_once": 3},
    "softmax": {**IN_STEP, "objective": "softmax", "accumulate": 2},
}


@pytest.fixture(scope="module")
def trained_by_two(tmp_path_factory, small_model):
    """Output folders of both objectives, each trained by two processes under one torchrun."""
    folder = tmp_path_factory.mktemp("two")
    pairs = []
    for name, settings in OBJECTIVES.items():
        write_snapshot(folder / f"snapshot-{name}", small_model, **settings)
        pairs += [str(folder / f"snapshot-{name}"), str(folder / name)]
    program = folder / "program.py"
    program.write_text(
        "import sys\n"
        "from accelerate import Accelerator\n"
        "from accelerate.state import AcceleratorState\n"
        "from colike.training import worker\n"
        # The end of a run takes its process group along, and torchrun can make one only once.
        "Accelerator.end_training = lambda accelerator: None\n"
        "for snapshot, out in zip(sys.argv[1::2], sys.argv[2::2]):\n"
        "    code = worker.main(['--snapshot', snapshot, '--out', out, '--threads', '1'])\n"
        "    assert code == 0\n"
        "    AcceleratorState._reset_state(reset_partial_state=True)\n"
    )
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    done = subprocess.run(
        [sys.executable, *torchrun, str(program), *pairs],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", OBJECTIVES)
def test_two_processes_equal_one_with_twice_the_batch(
    make_snapshot, tmp_path, small_model, trained_by_two, name
):
    settings = {**OBJECTIVES[name], "batch_size": 8}
    one = run_in_process(make_snapshot(small_model, **settings), tmp_path / "one")
    two = json.loads((trained_by_two / name / "result.json").read_text())
    assert two["processes"] == 2
    folders = (trained_by_two / name / "model", tmp_path / "one" / "model", Path(small_model))
    theirs, ours, base = (load_file(folder / "model.safetensors") for folder in folders)
    assert theirs.keys() == ours.keys()
    apart = sum(float(np.abs(theirs[name] - ours[name]).sum()) for name in ours)
    moved = sum(float(np.abs(theirs[name] - base[name]).sum()) for name in ours)
    # The order of additions differs, and AdamW's first steps make much of the least gradients.
    assert apart < 0.02 * moved
    assert two["metrics"]["finetuned"]["auc"] == pytest.approx(
        one["metrics"]["finetuned"]["auc"], abs=0.01
    )
