"""Ctrl-C, in a process of its own as a user has it."""

import os
import signal
import subprocess
import sys

import pytest

# Beside the session of the other tests, which the same worker runs.
pytestmark = pytest.mark.spark


def processes_with(text):
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if text in line]


def test_ctrl_c_ends_a_run_and_its_spark_with_one_sentence_and_exit_code_130(tiny_data, tmp_path):
    command = [
        sys.executable, "-m", "colike.cli.main", "run", "conf/mal2020.yml", "--only", "ingest",
        "--data", str(tiny_data), "--store", str(tmp_path / "store"), "--log-format", "plain",
    ]  # fmt: skip
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    said = []
    for line in run.stderr:
        said.append(line)
        if "ingest: started" in line:
            break
    # A terminal signals all processes of the command.
    os.killpg(run.pid, signal.SIGINT)
    _, rest = run.communicate(timeout=60)
    assert run.returncode == 130
    assert rest == "Stopped. Finished jobs stay; the same command resumes from there.\n"
    assert not processes_with(str(tmp_path / "store"))
