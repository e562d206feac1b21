"""The worker as job train starts it: a process of its own, which ends with the job."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colike.errors import ColikeError
from colike.launch.folders import Training
from colike.launch.machine import run_here

from ..training.conftest import run_in_process

pytestmark = [pytest.mark.torch, pytest.mark.xdist_group("torch")]
SETTINGS = {
    "batch_size": 4, "learning_rate": 3e-4, "log_every_steps": 1, "max_tokens": 32,
    "precision": "fp32", "checkpoint_minutes": 0.0, "validations": 4, "average_decay": 0.9,
}  # fmt: skip
JOB = """
import os, signal, sys
from pathlib import Path
from colike.launch.folders import Training
from colike.launch.machine import run_here

snapshot, out, processes, name, step = sys.argv[1:]

def listener(event):
    if event["event"] == name and event.get("step", 0) >= int(step):
        print("interrupted", flush=True)
        # What Ctrl-C in a terminal does: it signals the whole process group.
        os.killpg(0, signal.SIGINT)

run_here(Training(Path(snapshot), Path(out)), listener, int(processes))
"""


def interrupted_at(event, step, folder, out, processes):
    """Run a job that is interrupted at a worker's event; returns its end and how long that took."""
    job = subprocess.Popen(
        [sys.executable, "-c", JOB, *map(str, (folder, out, processes, event, step))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    job.stdout.readline()
    started = time.monotonic()
    _, said = job.communicate(timeout=60)
    return job.returncode, said, time.monotonic() - started


def processes_that_name(folder):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_ctrl_c_ends_the_worker_and_the_next_run_resumes_to_the_same_weights(
    make_snapshot, tmp_path, small_model, capsys
):
    # Enough steps that the worker is still at them when the signal comes.
    folder = make_snapshot(small_model, max_steps=100, **SETTINGS)
    code, said, seconds = interrupted_at("step", 3, folder, tmp_path / "out", 1)
    assert code == -signal.SIGINT
    assert processes_that_name(folder) == []
    assert seconds < 5
    # The job's own traceback and no other.
    assert said.count("Traceback") == 1
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert "colike/training" not in said
    assert not (tmp_path / "out").exists()
    result = run_in_process(folder, tmp_path / "out")
    assert "resumes after step" in capsys.readouterr().err
    unbroken = run_in_process(folder, tmp_path / "unbroken")
    assert result["model_sha256"] == unbroken["model_sha256"]
    assert result["validations"] == unbroken["validations"]


def test_ctrl_c_ends_torchrun_and_all_that_it_started(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, max_steps=1_000_000, **SETTINGS)
    code, said, seconds = interrupted_at("start", 0, folder, tmp_path / "out", 2)
    assert code == -signal.SIGINT
    assert processes_that_name(folder) == []
    assert seconds < 10
    assert said.count("Traceback") == 1
    assert "torch" not in said


@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_worker_refuses_is_told_in_its_own_words(make_snapshot, tmp_path, processes):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ColikeError, match=r"ConfigError: .*exists and is not empty"):
        run_here(Training(make_snapshot(), tmp_path / "out"), print, processes)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]
