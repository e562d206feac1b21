"""Progress bars on a terminal: a bar per job, Spark's tasks or the worker's steps in it."""

import threading
from collections.abc import Mapping
from types import TracebackType

from pyspark.sql import SparkSession
from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from colike.config.secrets import concealed
from colike.printing import printable
from colike.queries.output import Screen
from colike.run.reporters import rows_and_rate

POLL_SECONDS = 0.5


class Words(TextColumn):
    """A column whose text is no markup, and of which a terminal obeys nothing."""

    def render(self, task: Task) -> Text:
        """Return the text of a bar."""
        return Text(printable(self.text_format.format(task=task)))


class TerminalReporter:
    """Draws the jobs of a run with rich; a thread asks Spark how many tasks are done."""

    def __init__(self, screen: Screen, spark: SparkSession) -> None:
        self._tracker = spark.sparkContext.statusTracker()
        self._progress = Progress(
            Words("{task.fields[job]:<12}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            Words("{task.description}"),
            console=screen,
        )
        self._bar: TaskID | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> "TerminalReporter":
        self._progress.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._progress.stop()

    def started(self, job: str) -> None:
        """Add the job's bar."""
        self._bar = self._progress.add_task("", total=None, job=job)

    def progress(self, job: str, done: float, total: float, text: str) -> None:
        """Move the job's bar."""
        if self._bar is not None:
            description = f"{done:g} {text}"
            self._progress.update(
                self._bar, completed=done, total=total or None, description=description
            )

    def finished(self, job: str, rows: Mapping[str, int], seconds: float) -> None:
        """Fill the job's bar and say what it wrote."""
        bar, self._bar = self._bar, None
        if bar is not None:
            self._progress.update(
                bar, total=1, completed=1, description=rows_and_rate(rows, seconds)
            )
            self._progress.stop_task(bar)

    def skipped(self, job: str) -> None:
        """Show a full bar for a job that had nothing to do."""
        self._progress.add_task("nothing to do", total=1, completed=1, job=job)

    def note(self, job: str, text: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(f"{job}: {concealed(text)}")

    def _poll(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            stages = [
                info
                for stage in self._tracker.getActiveStageIds()
                if (info := self._tracker.getStageInfo(stage)) is not None
            ]
            bar = self._bar
            if bar is not None and stages:
                total = sum(info.numTasks for info in stages)
                done = sum(info.numCompletedTasks for info in stages)
                text = f"{stages[-1].name[:40]}: {done} of {total} tasks"
                self._progress.update(bar, total=total, completed=done, description=text)
