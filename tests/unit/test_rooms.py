"""The rooms of the library: who may hold what, told from the syntax tree.

import-linter checks the floors of lib/colike in `make check`; the jobs are in another folder.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "colike"
# Who holds one of these can read or write anything, whatever its stage declares.
MASTER_KEYS = {"Stage", "Store", "Writer", "Ledger", "Config", "Inputs", "Settings", "Session"}
# Rooms whose business they are.
KEEPERS = ("run", "tables")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def keys_in(file: Path) -> list[str]:
    """Each parameter of a function that is typed as a master key."""
    found = []
    for function in ast.walk(parsed(file)):
        if isinstance(function, FUNCTIONS):
            arguments = function.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                names = ast.walk(argument.annotation) if argument.annotation else ()
                held = {node.id for node in names if isinstance(node, ast.Name)} & MASTER_KEYS
                found += [f"{function.name}({argument.arg}: {key})" for key in held]
    return found


LENDERS = sorted(
    file for file in LIBRARY.rglob("*.py") if file.relative_to(LIBRARY).parts[0] not in KEEPERS
)


@pytest.mark.parametrize("file", LENDERS, ids=[str(f.relative_to(LIBRARY)) for f in LENDERS])
def test_no_function_of_the_library_takes_a_stage_a_store_a_writer_or_the_whole_config(file):
    assert keys_in(file) == []


def test_the_check_would_see_a_master_key(tmp_path):
    file = tmp_path / "room.py"
    file.write_text("def read(a: int, *, store: 'x' = None, config: Config | None = None): ...")
    assert keys_in(file) == ["read(config: Config)"]


JOBS = sorted((ROOT / "jobs").glob("[a-z]*.py"))


def imports_of(file: Path) -> set[str]:
    nodes = list(ast.walk(parsed(file)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("file", JOBS, ids=[file.stem for file in JOBS])
def test_a_job_knows_neither_the_chain_nor_other_jobs_nor_the_command_line(file):
    above = ("colike.run.chain", "colike.jobs", "colike.cli", "colike.queries")
    assert not [name for name in imports_of(file) if name.startswith(above)]


def test_the_library_knows_no_job():
    files = LIBRARY.rglob("*.py")
    assert not [f for f in files if any(n.startswith("colike.jobs") for n in imports_of(f))]
