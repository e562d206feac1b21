"""Benchmarks name things of colike as they are called today."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from colike.tables import contracts

FOLDER = Path(__file__).parents[3] / "benchmarks"
FILES = sorted(FOLDER.glob("**/*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_tables_that_a_benchmark_reads_are_there(path):
    tree = ast.parse(path.read_text("utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("read", "read_or_empty", "exists")
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert named <= set(contracts())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_imports_what_there_is(path):
    if path.stem != "__main__":
        import_module(f"benchmarks.{path.stem}" if path.stem != "__init__" else "benchmarks")
