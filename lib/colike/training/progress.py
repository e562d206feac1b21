"""What a run tells while it runs: lines on stderr, and the curve that is kept."""

import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Literal

LogFormat = Literal["text", "json"]


@dataclass(frozen=True)
class Point:
    """One point of the training curve; the loss is the mean since the point before.

    Documents are counted over all processes, seconds_left is for the steps alone.
    """

    step: int
    loss: float
    learning_rate: float
    documents_per_second: float
    seconds_left: float


@dataclass
class Progress:
    """Prints points and messages as they come and keeps the points."""

    log_format: LogFormat = "text"
    points: list[Point] = field(default_factory=list)

    def point(self, point: Point) -> None:
        """Keep and print a point of the curve."""
        self.points.append(point)
        text = (
            f"step {point.step}: loss {point.loss:.4f}, learning rate {point.learning_rate:.2e}, "
            f"{point.documents_per_second:.1f} documents/s, {point.seconds_left:.0f} s left"
        )
        self._print("step", text, **asdict(point))

    def say(self, event: str, text: str, **values: object) -> None:
        """Print a message; in JSON it is the event's name and values."""
        self._print(event, text, **values)

    def _print(self, event: str, text: str, **values: object) -> None:
        line = json.dumps({"event": event, **values}) if self.log_format == "json" else text
        print(line, file=sys.stderr, flush=True)
