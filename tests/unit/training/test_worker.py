import ast
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import colike.training
from colike.errors import DependencyError
from colike.snapshot.manifest import open_snapshot, write_manifest
from colike.training import worker

pytestmark = pytest.mark.torch
WORKER = [sys.executable, "-m", "colike.training.worker", "--log-format", "json"]


def test_the_worker_leaves_a_model_and_its_figures_and_says_json_lines_alone(
    make_snapshot, tmp_path, small_model
):
    settings = {"max_steps": 25, "batch_size": 4, "log_every_steps": 5, "max_tokens": 48}
    folder, out = make_snapshot(small_model, **settings), tmp_path / "out"
    done = subprocess.run(
        [*WORKER, "--snapshot", str(folder), "--out", str(out), "--threads", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads((out / "result.json").read_text())
    assert result["metrics"]["finetuned"]["pairs"] == 5 * 10 * 2
    assert result["steps"] == 25
    assert result["stopped_by"] == "steps"
    assert result["snapshot"] == open_snapshot(folder).sha256
    # Standard error is JSON lines and nothing else; the curve is the same points.
    events = [json.loads(line) for line in done.stderr.splitlines()]
    points = [event for event in events if event.pop("event") == "step"]
    assert points == json.loads((out / "curve.json").read_text())
    assert [point["step"] for point in points] == [5, 10, 15, 20, 25]
    assert json.loads((out / "metrics.json").read_text()) == result["metrics"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "snap shot"]
    from colike.training.encoder import load_model

    vectors = load_model(str(out / "model"), 48).encode(["It is about zorvak.", "On felk."])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


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


def test_a_missing_library_is_named_with_its_extra(
    make_snapshot, small_model, tmp_path, monkeypatch
):
    folder = make_snapshot(small_model)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    arguments = worker._parser().parse_args(
        ["--snapshot", str(folder), "--out", str(tmp_path / "out")]
    )
    with pytest.raises(DependencyError, match=r"torch, .* install colike\[train\]"):
        worker.run(arguments)


def test_a_used_output_folder_is_refused_before_any_work(make_snapshot, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    # Its base model does not exist, which nobody got as far as to see.
    arguments = ["--snapshot", str(make_snapshot()), "--out", str(tmp_path / "out")]
    assert worker.main(arguments) == 2
    assert "exists and is not empty" in capsys.readouterr().err


def test_the_command_line_needs_no_torch_to_refuse_its_arguments():
    program = "import sys, colike.training.worker; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


STARTER = """
import subprocess, sys
subprocess.run(sys.argv[1:])
"""
WATCHING = """
import os, sys
from colike.training import worker
starter = os.getppid()
print(os.getpid(), flush=True)
worker._end_with(int(sys.argv[1]), starter)
"""


def test_the_worker_ends_with_the_torchrun_that_started_it():
    # The job, this process, stays.
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, sys.executable, "-c", WATCHING, str(os.getpid())],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    assert has_ended(pid)


def test_the_worker_ends_with_the_job_that_asked_for_it(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, max_steps=1_000_000)
    job = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    folders = ["--snapshot", str(folder), "--out", str(tmp_path / "out")]
    process = subprocess.Popen([*WORKER, *folders, "--parent", str(job.pid)])
    job.kill()
    job.wait()
    assert process.wait(timeout=20) == 1


def has_ended(pid):
    deadline = time.monotonic() + 20
    while is_running(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.1)
    return True


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


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
