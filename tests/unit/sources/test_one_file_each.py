"""A source is one file and one line of the registry: nothing else asks what kind it is."""

import ast
from functools import cache
from pathlib import Path

import pytest

from colike.sources.registry import SOURCES

ROOT = Path(__file__).parents[3]
ROOM = ROOT / "lib" / "colike" / "sources"
NAMED = set(SOURCES)
# Popularity is what everyone without a list of their own gets, and what others are held against.
FALLBACK = {"jobs/evaluate.py", "lib/colike/queries/user.py"}


def files():
    found = [*(ROOT / "lib").rglob("*.py"), *(ROOT / "jobs").glob("*.py")]
    return sorted(path for path in found if ROOM not in path.parents)


@cache
def parsed():
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in files()
    ]


def decides(tree):
    """Nodes where code branches: what is compared, matched, or asked of a type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.MatchValue):
            yield node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            yield node.args[1]


def names_a_source(node):
    """Whether an expression is, or has inside, the name of a registered source as a text."""
    return any(isinstance(part, ast.Constant) and part.value in NAMED for part in ast.walk(node))


def imports_of(tree):
    """Modules and names imported, such as `colike.sources.profile` and `.Profile`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_code_outside_the_room_compares_with_the_name_of_a_source():
    found = [
        f"{file}:{node.lineno}"
        for file, tree in parsed()
        for node in decides(tree)
        if names_a_source(node)
    ]
    assert found == []


def test_no_code_outside_the_room_asks_a_source_for_its_kind():
    """`kind` is a column of pairs and a key of embedders; a source has none to ask for."""
    asking = {
        f"{file}:{node.lineno}"
        for file, tree in parsed()
        if any(name.startswith("colike.sources") for name in imports_of(tree))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "kind"
    }
    assert asking == set()
    assert not any(hasattr(source, "kind") for source in SOURCES.values())


def test_other_rooms_know_what_all_sources_share_and_the_fallback_list_alone():
    known = ("colike.sources.base.", "colike.sources.depths.", "colike.sources.registry.")
    found = {
        (file, name)
        for file, tree in parsed()
        for name in imports_of(tree)
        if name.startswith("colike.sources") and not name.startswith(known)
    }
    assert found == {(file, "colike.sources.popularity.POPULARITY") for file in FALLBACK}


@pytest.mark.parametrize(
    "text",
    [
        "if source.name == 'popularity': pass",
        "x = 1 if 'profile' != name else 2",
        "if name in ('base', 'jaccard'): pass",
        "match name:\n    case 'jaccard': pass",
    ],
)
def test_this_check_finds_what_it_looks_for(text):
    assert any(names_a_source(node) for node in decides(ast.parse(text)))
