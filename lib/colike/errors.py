"""The one hierarchy of errors: each message says what is wrong, where, and what to do."""

import re
from typing import Final

#: How Python begins a trace.
TRACEBACK: Final = "Traceback (most recent call last):"


class ColikeError(Exception):
    """Any failure that colike foresaw; the CLI prints its message and exits with 2."""


class ConfigError(ColikeError):
    """A config file, override or argument that cannot be used as it is."""


class SchemaError(ColikeError):
    """A file or table whose columns or types are not what its contract says."""


class QualityError(ColikeError):
    """Input rows that fail the checks in a larger share than the config allows."""


class SnapshotError(ColikeError):
    """A training snapshot that does not match its manifest."""


class DependencyError(ColikeError):
    """An optional library, model or key that is needed here and missing."""


class StoreError(ColikeError):
    """A store, table or version that is not there, or is held by another run."""


class MachineError(ColikeError):
    """A machine without room or memory, or on which a process was killed."""


class EvaluationError(ColikeError):
    """Figures that no honest measurement can give."""


class StageError(ColikeError):
    """A stage that reads or writes what it does not declare."""


class UnfitError(ColikeError):
    """Something that cannot be used; the stage carries on without it and reports why."""


class LookupFailedError(ColikeError):
    """A user, item or title that the store does not know."""


def cause_of(error: BaseException) -> str:
    """Return in one line what an error comes from, without plans and traces.

    Of an error of Java that is the innermost cause; of one of Python in a Spark task, its last
    line.
    """
    text = _innermost(error)
    _, is_python, trace = text.rpartition(TRACEBACK)
    # Frames are indented, and the error is not.
    lines = [line for line in trace.splitlines() if not (is_python and line.startswith(" "))]
    stripped = (line.strip() for line in lines)
    return next((line for line in stripped if line), type(error).__name__)


def clipped(text: str, longest: int) -> str:
    """Return a text that may quote a value of any length; of a longer one, both its ends."""
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2]} ... {text[-longest // 2 :]}"


def notes_of(error: BaseException) -> list[str]:
    """Return what was noted on an error on its way, oldest first."""
    return getattr(error, "__notes__", [])


def text_of(error: BaseException) -> str:
    """Return an error's whole text; an error of a Java that is gone cannot tell its own."""
    try:
        return str(error)
    except Exception as second:
        return f"its text is lost: {type(second).__name__}"


def _innermost(error: BaseException) -> str:
    cause = getattr(error, "java_exception", None)
    if cause is None:
        return text_of(error)
    try:
        while cause.getCause() is not None:
            cause = cause.getCause()
        return str(cause.getMessage() or cause.toString())
    except Exception:  # of py4j, whose Java is gone
        return text_of(error)


def raised_in_a_task(error: BaseException) -> ColikeError | None:
    """Return the colike error that a Spark task raised, out of Spark's account of it.

    None where the task failed of something else.
    """
    found = re.search(r"colike\.errors\.(\w+): (.+)", text_of(error))
    kind = globals().get(found[1]) if found else None
    if found is None or not isinstance(kind, type) or not issubclass(kind, ColikeError):
        return None
    return kind(found[2].strip())
