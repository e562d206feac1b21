"""No value of a config, a file or a table is pasted into SQL: constants and quoted names alone."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(file for folder in ("lib", "jobs") for file in (ROOT / folder).rglob("*.py"))
#: Calls that take SQL.
TAKE_SQL = {"sql", "where", "filter", "expr", "selectExpr", "delete", "merge", "option"}
TAKE_SQL |= {"whenMatchedDelete", "whenMatchedUpdate", "whenNotMatchedInsert", "search_runs"}
#: What quotes: names of tables and schemas by their location, literals, names in backticks.
QUOTES = {"identifier", "quoted", "in_backticks", "created", "ddl"}
#: Parameters and locals that hold nothing else, by file.
QUOTED = {
    "tables/state.py": {"identifier"},  # of a location
    "tables/upgrade.py": {"name", "columns", "check", "sql"},  # of a location; of contracts
    "tables/maintenance.py": {"hours"},  # a whole number
    # A new view's name; columns in backticks and literals.
    "tables/rowwise.py": {"view", "same_key", "changed", "columns", "values", "kept"},
    "tables/store.py": {"pin"},  # a version, a whole number
    "spark/archive.py": {"folder"},  # a new temporary folder
}


def is_safe(node: ast.expr, known: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id.isupper() or node.id in known
    if isinstance(node, ast.Attribute):
        return node.attr == "sql"  # of a CatalogLocation, whose name follows a pattern
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in QUOTES
    return False


def pasted(file: Path, text: str) -> list[str]:
    """Each value that a file pastes into SQL."""
    known = next((names for end, names in QUOTED.items() if str(file).endswith(end)), set())
    found = []
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") not in TAKE_SQL:
            continue
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        texts = [node for one in arguments for node in ast.walk(one)]
        values = [node.value for node in texts if isinstance(node, ast.FormattedValue)]
        found += [ast.unparse(value) for value in values if not is_safe(value, known)]
    return found


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_no_value_is_pasted_into_sql(file):
    assert pasted(file, file.read_text("utf-8")) == []


def test_the_check_would_see_a_pasted_value():
    text = "frame.where(f\"run_id = '{run_id}'\").where(f'{LENGTH} > 0')"
    assert pasted(Path("any.py"), text) == ["run_id"]
