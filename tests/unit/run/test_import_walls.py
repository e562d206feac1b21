"""No job loads a heavy or clashing library when it is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

JOBS = sorted(path.stem for path in (Path(__file__).parents[3] / "jobs").glob("[a-z]*.py"))
WALLED = (
    "torch", "faiss", "mlflow", "petastorm", "transformers", "sentence_transformers", "datasets",
)  # fmt: skip
# Forks one process per module from an interpreter that has what all jobs share and nothing of
# colike, because ten interpreters would spend most of their time on the import of pandas.
PROGRAM = """
import importlib, json, os, sys, traceback
import numba, pandas, plotly, pydantic, pyspark.sql, yaml

for module in sys.argv[1:]:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        continue
    error = None
    try:
        importlib.import_module(module)
    except BaseException:
        error = traceback.format_exc()
    print(json.dumps([module, error]), flush=True)
    os._exit(0)
"""


def errors_of_imports(walls, *modules):
    """The traceback of each module whose import met a wall; None of the others."""
    for name in WALLED:
        # Not an ImportError, which an optional import would swallow. These stand-ins come first
        # on the path, so a broken wall shows who imported what, and loads nothing.
        (walls / f"{name}.py").write_text(f"raise AssertionError('{name} was imported')\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *modules],
        env={**os.environ, "PYTHONPATH": str(walls)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    modules = [*(f"colike.jobs.{job}" for job in JOBS), "colike.training.encoder"]
    return errors_of_imports(tmp_path_factory.mktemp("walls"), *modules)


def test_there_are_ten_jobs():
    assert len(JOBS) == 10


@pytest.mark.parametrize("job", JOBS)
def test_a_job_can_be_imported_without_the_libraries_of_training_and_search(errors, job):
    assert errors[f"colike.jobs.{job}"] is None


def test_a_broken_wall_is_seen(errors):
    assert "torch was imported" in errors["colike.training.encoder"]
