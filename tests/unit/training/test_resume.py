"""Runs that are killed, and runs of several processes: the worker as users start it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import colike.training
from colike.snapshot.manifest import write_manifest

from .conftest import base_model

SETTINGS = {
    "batch_size": 4,
    "learning_rate": 3e-4,
    "log_every_steps": 1,
    "max_tokens": 32,
    "precision": "fp32",
    "checkpoint_minutes": 0.0,
}
WORKER = ["-m", "colike.training.worker", "--log-format", "json", "--threads", "1"]


def started(folder, out, *before):
    environment = {**os.environ, "PYTHONPATH": str(Path(colike.training.__path__[0]).parents[1])}
    return subprocess.Popen(
        [sys.executable, *before, *WORKER, "--snapshot", str(folder), "--out", str(out)],
        stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
    )  # fmt: skip


def finished(folder, out, *before):
    process = started(folder, out, *before)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return json.loads((out / "result.json").read_text()), said


def killed_after(step, folder, out):
    process = started(folder, out)
    for line in process.stderr:
        event = json.loads(line)
        if event["event"] == "step" and event["step"] >= step:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
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
def test_a_run_that_was_killed_ends_with_the_weights_of_an_unbroken_one(
    make_snapshot, tmp_path, settings
):
    folder = make_snapshot(max_steps=8, **{**SETTINGS, **settings})
    unbroken, _ = finished(folder, tmp_path / "unbroken")
    broken = tmp_path / "broken"
    killed_after(3, folder, broken)
    result, said = finished(folder, broken)
    assert '"event": "resume"' in said
    assert result["model_sha256"] == unbroken["model_sha256"]
    assert result["recall"] == unbroken["recall"]
    assert result["validations"] == unbroken["validations"]
    curves = [
        json.loads((out / "curve.json").read_text()) for out in (broken, tmp_path / "unbroken")
    ]
    assert [point["step"] for point in curves[0]] == list(range(1, 9))
    assert [point["loss"] for point in curves[0]] == [point["loss"] for point in curves[1]]
    assert not list(tmp_path.glob(".broken*"))


def test_a_state_of_other_settings_is_not_taken_up(make_snapshot, tmp_path):
    folder = make_snapshot(max_steps=6, **SETTINGS)
    killed_after(3, folder, tmp_path / "out")
    (folder / "config.json").write_text(
        (folder / "config.json").read_text().replace('"seed": 42', '"seed": 43')
    )
    write_manifest(folder, {})
    _, said = finished(folder, tmp_path / "out")
    assert '"event": "resume"' not in said
    assert not list(tmp_path.glob(".out*"))


# One compares all texts of a batch, one the texts of a pair alone and trains a layer of its own.
@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "graded", "encoded_at_once": 3},
        {"objective": "softmax", "accumulate": 2},
    ],
)
def test_two_processes_equal_one_with_twice_the_batch(make_snapshot, tmp_path, settings):
    settings = {**SETTINGS, **settings, "dropout": 0.0, "max_steps": 4}
    folder = make_snapshot(**settings)
    torchrun = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone")
    two, _ = finished(folder, tmp_path / "two", *torchrun)
    assert two["processes"] == 2
    alone = tmp_path / "alone"
    alone.mkdir()
    folder.rename(tmp_path / "used")
    folder = make_snapshot(**{**settings, "batch_size": 8})
    one, _ = finished(folder, alone / "one")
    weights = [
        load_file(out / "model" / "model.safetensors") for out in (tmp_path / "two", alone / "one")
    ]
    base = {
        name: weight
        for name, weight in load_file(Path(base_model()) / "model.safetensors").items()
        if name in weights[0]
    }
    assert weights[0].keys() == weights[1].keys() == base.keys()
    apart = sum(float(np.abs(weights[0][name] - weights[1][name]).sum()) for name in base)
    moved = sum(float(np.abs(weights[0][name] - base[name]).sum()) for name in base)
    # The order of additions differs, and AdamW's first steps make much of the least gradients.
    assert apart < 0.02 * moved
    assert two["metrics"]["finetuned"]["auc"] == pytest.approx(
        one["metrics"]["finetuned"]["auc"], abs=0.01
    )


def test_the_worker_ends_with_the_process_that_started_it(make_snapshot, tmp_path):
    folder = make_snapshot(max_steps=10_000, **SETTINGS)
    program = (
        "import os, subprocess, sys\n"
        "worker = subprocess.Popen([sys.executable, *sys.argv[1:], '--parent', str(os.getpid())],\n"
        "    stderr=subprocess.DEVNULL)\n"
        "print(worker.pid, flush=True)\n"
        "worker.wait()\n"
    )
    arguments = [*WORKER, "--snapshot", str(folder), "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(Path(colike.training.__path__[0]).parents[1])}
    parent = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not is_running(worker):
            return
        time.sleep(0.2)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker went on alone")


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
