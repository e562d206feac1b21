"""docs/oncall.md has a line for every error that colike raises."""

import ast
from pathlib import Path

import pytest

from colike import errors

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "oncall.md").read_text("utf-8")
KINDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ColikeError)
}


def raised() -> set[str]:
    """The kinds that some module raises by name."""
    found = set()
    for folder in ("lib", "jobs"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    found.add(getattr(node.exc.func, "id", ""))
    return found & KINDS


@pytest.mark.parametrize("kind", sorted(raised()))
def test_an_error_that_is_raised_has_its_line(kind):
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]
    means, asked, loses = line.strip("|").split("|")[1:]
    assert means.strip()
    if kind != "StoreError":  # it has a table of its own
        assert asked.strip()
        assert loses.strip()


def test_a_line_is_of_an_error_that_there_is():
    named = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    assert named == raised()
