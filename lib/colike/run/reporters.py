"""What tells the user how a run is doing; the terminal's bars are in cli/progress.py."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TextIO

from colike.config.secrets import concealed
from colike.printing import say_line


class Reporter(Protocol):
    """Tells the user what a run does."""

    def started(self, job: str) -> None:
        """A job begins."""
        ...

    def progress(self, job: str, done: float, total: float, text: str) -> None:
        """A job has done `done` of `total` units; `text` says of what."""
        ...

    def finished(self, job: str, rows: Mapping[str, int], seconds: float) -> None:
        """A job has written rows, by table."""
        ...

    def skipped(self, job: str) -> None:
        """A job had nothing to do."""
        ...

    def note(self, job: str, text: str) -> None:
        """Something that the user should know."""
        ...


class PlainReporter:
    """One line per event on a stream (standard error unless another is given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr

    def started(self, job: str) -> None:
        """Write that a job begins."""
        self._line(f"{job}: started")

    def progress(self, job: str, done: float, total: float, text: str) -> None:
        """Write how far a job is; a total of 0 is one that is not known."""
        share = f"{done:g} of {total:g}" if total else f"{done:g}"
        self._line(f"{job}: {share} {text}")

    def finished(self, job: str, rows: Mapping[str, int], seconds: float) -> None:
        """Write the rows that a job has written, and their rate."""
        self._line(f"{job}: {rows_and_rate(rows, seconds)}")

    def skipped(self, job: str) -> None:
        """Write that a job had nothing to do."""
        self._line(f"{job}: nothing to do: code, settings and inputs are those of its last success")

    def note(self, job: str, text: str) -> None:
        """Write something that the user should know."""
        self._line(f"{job}: {text}")

    def _line(self, text: str) -> None:
        say_line(f"{datetime.now(UTC):%H:%M:%S} {concealed(text)}", self.stream)


class JsonReporter:
    """One JSON object per event on a stream (standard error unless another is given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr

    def started(self, job: str) -> None:
        """Write that a job begins."""
        self._object(job, "started")

    def progress(self, job: str, done: float, total: float, text: str) -> None:
        """Write how far a job is."""
        self._object(job, "progress", done=done, total=total, text=concealed(text))

    def finished(self, job: str, rows: Mapping[str, int], seconds: float) -> None:
        """Write the rows that a job has written, and its time."""
        self._object(job, "succeeded", rows=dict(rows), seconds=round(seconds, 3))

    def skipped(self, job: str) -> None:
        """Write that a job had nothing to do."""
        self._object(job, "skipped")

    def note(self, job: str, text: str) -> None:
        """Write something that the user should know."""
        self._object(job, "note", text=concealed(text))

    def _object(self, job: str, event: str, **more: Any) -> None:
        line = {"at": datetime.now(UTC).isoformat(), "job": job, "event": event, **more}
        say_line(json.dumps(line), self.stream)


def rows_and_rate(rows: Mapping[str, int], seconds: float) -> str:
    """Return a text such as `ratings 1,200,000 rows; 61.2 s, 19,600 rows/s`."""
    total = sum(rows.values())
    tables = ", ".join(f"{table} {count:,} rows" for table, count in rows.items())
    rate = f", {total / seconds:,.0f} rows/s" if seconds > 0 and total else ""
    return f"{tables or 'no rows'}; {seconds:.1f} s{rate}"
