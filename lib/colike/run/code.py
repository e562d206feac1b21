"""The code version in stage keys: a hash of the colike modules that a job can import."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec

PACKAGE = "colike"


@cache
def code_version(module: str) -> str:
    """Return the sha256 (hex) of the code that a module of colike can reach by its imports.

    Comments, docstrings and layout do not count. Imports inside functions do: they are how a job
    reaches what it loads only when it needs it.

    Args:
        module: Dotted name, such as `colike.jobs.similarity`.
    """
    digest = hashlib.sha256()
    for name in sorted(reachable(module)):
        digest.update(f"{name}\n{_parsed(name)[0]}\n".encode())
    return digest.hexdigest()


def reachable(module: str) -> set[str]:
    """Return the modules of colike that `module` imports, directly or not, and itself."""
    found: set[str] = set()
    to_visit = [module]
    while to_visit:
        name = to_visit.pop()
        if name not in found and _parsed(name)[0] is not None:
            found.add(name)
            to_visit += _parsed(name)[1]
    return found


@cache
def _parsed(module: str) -> tuple[str | None, tuple[str, ...]]:
    """Return a module's code without comments and docstrings, and the colike names it imports.

    The code is None for a name that is no module: `from a import b` may name a function.
    """
    source = _source(module)
    if source is None:
        return None, ()
    tree = ast.parse(source)
    imported = tuple(_imports(tree))
    for node in ast.walk(tree):
        _drop_docstring(node)
    return ast.dump(tree), imported


def _source(module: str) -> str | None:
    spec = _spec(module)
    get_source = None if spec is None else getattr(spec.loader, "get_source", None)
    return None if get_source is None else str(get_source(module) or "")


@cache
def _spec(module: str) -> ModuleSpec | None:
    """Find a module without importing it, or the packages above it: they may bring torch along."""
    parent = module.rpartition(".")[0]
    if parent in ("", PACKAGE):
        return find_spec(module)
    above = _spec(parent)
    if above is None or above.submodule_search_locations is None:
        return None
    return PathFinder.find_spec(module, list(above.submodule_search_locations))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.split(".")[0] == PACKAGE:
                # A package's own __init__ runs before any of its modules.
                parts = name.split(".")
                yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _drop_docstring(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
        node.body = body[1:] if body else []
