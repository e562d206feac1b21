"""What a run reports: progress lines on stderr, and the training curve."""

import json
import resource
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from colike.printing import say_line

LogFormat = Literal["text", "json"]


@dataclass(frozen=True)
class Point:
    """One point of the training curve; the loss is the mean since the previous point.

    Documents are counted over all processes; seconds_left covers the steps alone.
    """

    step: int
    loss: float
    learning_rate: float
    documents_per_second: float
    seconds_left: float
    #: Peak so far of the process's GPU or, without a GPU, of the process.
    memory_bytes: int


@dataclass
class Progress:
    """Prints points and messages as they come, and keeps the points."""

    log_format: LogFormat = "text"
    points: list[Point] = field(default_factory=list)
    #: Step, and recall on validation users.
    validations: list[tuple[int, float]] = field(default_factory=list)

    def point(self, point: Point) -> None:
        """Keep and print a point of the curve."""
        self.points.append(point)
        text = (
            f"step {point.step}: loss {point.loss:.4f}, learning rate {point.learning_rate:.2e}, "
            f"{point.documents_per_second:.1f} documents/s, "
            f"{point.memory_bytes / 2**30:.1f} GiB, {point.seconds_left:.0f} s left"
        )
        self._print(text, {"event": "step", **asdict(point)})

    def validation(self, step: int, recall: float, *, is_best: bool) -> None:
        """Keep and print the recall on validation users."""
        self.validations.append((step, recall))
        text = f"step {step}: recall {recall:.4f} on validation users"
        self.say("validation", text + (", the best" if is_best else ""), step=step, recall=recall)

    def kept(self) -> dict[str, Any]:
        """Return what `restore` needs, ready for JSON."""
        points = [asdict(point) for point in self.points]
        return {"points": points, "validations": self.validations}

    def restore(self, kept: dict[str, Any]) -> None:
        """Restore the points of a run that resumes."""
        self.points = [Point(**point) for point in kept["points"]]
        self.validations = [(step, recall) for step, recall in kept["validations"]]

    def say(self, event: str, text: str, **values: object) -> None:
        """Print a message; in JSON, the event's name, text and values."""
        self._print(text, {"event": event, "text": text, **values})

    def _print(self, text: str, event: dict[str, object]) -> None:
        line = json.dumps(event) if self.log_format == "json" else text
        say_line(line, sys.stderr)


def peak_memory() -> int:
    """The most bytes that this process's GPU has held or, without a GPU, the process itself."""
    # Imported where it is used: the worker refuses wrong arguments without waiting for torch.
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In kilobytes, except on macOS.
    return peak if sys.platform == "darwin" else peak * 1024
