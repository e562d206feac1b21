"""What a failed worker is said to have failed of."""

from pathlib import Path

import pytest

from colike.launch.events import KILLED, TOLD_BY_TORCHRUN, failure

SNAPSHOT = Path("snapshots/0123")
WARNING = "UserWarning: something old is used here"
TRACE = 'Traceback (most recent call last):\n  File "fit.py", line 1\nRuntimeError: no such layer\n'
OF_TORCHRUN = (
    f"{TRACE}Root Cause (first observed failure):\n"
    f"  exitcode  : -9 (pid: 12)\n  traceback : {TOLD_BY_TORCHRUN} 12\n"
    "============================================================"
)


@pytest.mark.parametrize(
    ("output", "code", "says"),
    [
        (f"{WARNING}\n", 1, WARNING),
        (f"{TRACE}{WARNING}\n", 1, "RuntimeError: no such layer"),
        ("", 3, "it printed nothing, and ended with code 3"),
        # Killed with -9 it has no last words, and whatever it wrote before is not why.
        (f"{WARNING}\n", -9, KILLED),
        (OF_TORCHRUN, 1, KILLED),
    ],
    ids=["last line", "own error", "silent", "killed", "killed below torchrun"],
)
def test_a_failed_worker_is_told_by_what_it_failed_of(output, code, says):
    error = failure(output, SNAPSHOT, code)
    assert str(error) == f"The training worker failed: {says} (snapshot {SNAPSHOT})."
