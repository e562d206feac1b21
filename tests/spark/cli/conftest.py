"""Typing commands as a user does."""

import sys
from collections.abc import Callable

import pytest

from colike.cli.main import main


@pytest.fixture
def typed(monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Types `colike ...`; returns the exit code, the output and the errors."""

    def type_in(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["colike", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return type_in
