"""The worker as job train starts it: a process of its own, which ends with the job."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from colike.errors import ColikeError
from colike.launch.folders import Training
from colike.launch.machine import SECONDS_TO_END, run_here

from ..training.conftest import run_in_process

pytestmark = pytest.mark.torch
SETTINGS = {
    "batch_size": 4, "learning_rate": 3e-4, "log_every_steps": 1, "max_tokens": 32,
    "precision": "fp32", "checkpoint_minutes": 0.0, "validations": 4, "average_decay": 0.9,
}  # fmt: skip
JOB = """
import sys
from pathlib import Path
from colike.launch.folders import Training
from colike.launch.machine import run_here

snapshot, out, processes = sys.argv[1:]
listener = lambda event: print(event["event"], event.get("step"), flush=True)
run_here(Training(Path(snapshot), Path(out)), listener, int(processes))
"""


@contextmanager
def job(folder, out, processes):
    process = subprocess.Popen(
        [sys.executable, "-c", JOB, str(folder), str(out), str(processes)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()


def interrupt(process):
    """Signal the whole process group, as Ctrl-C in a terminal does; returns seconds to the end."""
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    # The job's own traceback and no other.
    assert stderr.count("Traceback") == 1
    assert stderr.rstrip().endswith("KeyboardInterrupt")
    assert "torch" not in stderr
    return time.monotonic() - started


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
    folder = make_snapshot(small_model, max_steps=150, **SETTINGS)
    with job(folder, tmp_path / "out", 1) as process:
        while process.stdout.readline() != "step 3\n":
            assert process.poll() is None
        seconds = interrupt(process)
        assert processes_that_name(folder) == []
    assert seconds < 5
    assert not (tmp_path / "out").exists()
    result = run_in_process(folder, tmp_path / "out")
    assert "resumes after step" in capsys.readouterr().err
    unbroken = run_in_process(folder, tmp_path / "unbroken")
    assert result["model_sha256"] == unbroken["model_sha256"]
    assert result["validations"] == unbroken["validations"]


def test_ctrl_c_ends_torchrun_and_all_that_it_started(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, max_steps=1_000_000, **SETTINGS)
    with job(folder, tmp_path / "out", 2) as process:
        # The job, torchrun, and two workers.
        while len(processes_that_name(folder)) < 4:
            assert process.poll() is None
            time.sleep(0.1)
        seconds = interrupt(process)
        assert processes_that_name(folder) == []
    assert seconds < SECONDS_TO_END


def kill_a_worker_of(folder):
    """Kill a process that trains, and not the torchrun that started it."""
    for pid in processes_that_name(folder):
        if b"torch.distributed.run" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(int(pid), signal.SIGKILL)
            return


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_worker_is_told_so_and_leaves_no_output(
    make_snapshot, tmp_path, small_model, monkeypatch, processes
):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = make_snapshot(small_model, max_steps=1_000_000, **SETTINGS)

    def kill(event):
        if event.get("step") == 3:
            kill_a_worker_of(folder)

    with pytest.raises(ColikeError, match="it was killed, as the system does when memory"):
        run_here(Training(folder, tmp_path / "out"), kill, processes)
    assert processes_that_name(folder) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_job_takes_all_that_it_started_with_it(
    make_snapshot, tmp_path, small_model, processes
):
    folder = make_snapshot(small_model, max_steps=1_000_000, **SETTINGS)
    with job(folder, tmp_path / "out", processes) as process:
        while process.stdout.readline() != "step 3\n":
            assert process.poll() is None
        process.kill()
        process.wait()
        end = time.monotonic() + SECONDS_TO_END
        while processes_that_name(folder) and time.monotonic() < end:
            time.sleep(0.1)
        assert processes_that_name(folder) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_refusal_is_raised_with_the_workers_own_message(make_snapshot, tmp_path, processes):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ColikeError, match=r"ConfigError: .*exists and is not empty"):
        run_here(Training(make_snapshot(), tmp_path / "out"), print, processes)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]
