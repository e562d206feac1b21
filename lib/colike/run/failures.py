"""Failures: what the log, the user and a file of details say of them."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType

from colike.config.secrets import concealed
from colike.errors import ColikeError, cause_of, notes_of, text_of
from colike.printing import say, say_error

#: Characters of a failure that table runs keeps.
LONGEST = 2000


def as_logged(error: BaseException) -> str:
    """Return what table runs says of a failure."""
    return concealed(f"{type(error).__name__}: {text_of(error)}"[:LONGEST])


def in_addition(error: BaseException, what: str, do: Callable[[], object]) -> None:
    """Do what has to be done after a failure; if that fails as well, the failure says so.

    Args:
        error: The failure, which is raised afterwards.
        what: The sentence for a second failure, up to its cause.
        do: What has to be done.
    """
    try:
        do()
    except Exception as second:
        error.add_note(f"{what}: {cause_of(second)}")


def last_words(error: Exception) -> str:
    """Return one sentence on a failure that nobody foresaw: what, where, why, and the details."""
    notes = "; ".join(notes_of(error))
    where = f" ({notes})" if notes else ""
    return concealed(
        f"{type(error).__name__}: {cause_of(error)}{where} Colike did not foresee this; what was "
        f"written before stays, and {_details(error)}."
    )


def say_errors_in_a_sentence() -> None:
    """Let this process end with the sentence of a colike error, in place of its traceback."""
    sys.excepthook = _say


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, ColikeError):
        say(concealed(f"{kind.__name__}: {error}"), sys.stderr)
    else:
        say_error(kind, error, trace)


def _details(error: Exception) -> str:
    """Write the traceback to a file that only this user can read; return where it is."""
    try:
        with NamedTemporaryFile(
            "w", prefix="colike-error-", suffix=".log", encoding="utf-8", delete=False
        ) as file:
            file.writelines(concealed(line) for line in traceback.format_exception(error))
    except OSError as second:
        return f"the details could not be written ({second.strerror})"
    return f"the details are in {Path(file.name)}"
