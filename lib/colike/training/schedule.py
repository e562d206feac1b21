"""The learning rate over a run that ends by its steps or by its minutes."""

import math
from dataclasses import dataclass
from typing import Literal

#: Warm-up ends here at the latest, so that a short run has a peak.
LONGEST_WARMUP = 0.1


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then decay to 0 at the end of the run.

    The run's done share is the larger of its share of steps and its share of minutes, so that
    the rate has decayed whichever ends the run. Where `repeatable` is set (the settings name
    max_steps) minutes only stop the run and never touch the rate: equal seeds, equal weights.
    """

    planned_steps: int
    warmup_steps: int
    max_seconds: float
    repeatable: bool
    decay: Literal["linear", "cosine"] = "linear"

    def done(self, step: int, elapsed_seconds: float) -> float:
        """The share of the run that is done before a step, 0 to 1.

        >>> Schedule(100, 10, 60.0, repeatable=False).done(step=20, elapsed_seconds=30.0)
        0.5
        >>> Schedule(100, 10, 60.0, repeatable=True).done(step=20, elapsed_seconds=30.0)
        0.2
        """
        by_steps = step / self.planned_steps
        if self.repeatable:
            return min(by_steps, 1.0)
        return min(max(by_steps, elapsed_seconds / self.max_seconds), 1.0)

    def factor(self, step: int, elapsed_seconds: float) -> float:
        """What the peak rate is multiplied with in a step (counted from 0).

        >>> schedule = Schedule(100, 10, 60.0, repeatable=True)
        >>> schedule.factor(4, 0.0), schedule.factor(50, 0.0)
        (0.5, 0.5)
        >>> round(Schedule(100, 10, 60.0, repeatable=True, decay="cosine").factor(25, 0.0), 3)
        0.854
        """
        done = self.done(step, elapsed_seconds)
        by_steps = (step + 1) / self.warmup_steps if self.warmup_steps else 1.0
        left = 1.0 - done if self.decay == "linear" else (1.0 + math.cos(math.pi * done)) / 2.0
        return min(max(by_steps, done / LONGEST_WARMUP), left)

    def ended(self, step: int, elapsed_seconds: float) -> bool:
        """Whether no further step may start."""
        return step >= self.planned_steps or elapsed_seconds >= self.max_seconds

    def left(self, step: int, elapsed_seconds: float) -> float:
        """Seconds left after a step, if steps go on as fast as they did.

        >>> Schedule(100, 10, 60.0, repeatable=False).left(step=50, elapsed_seconds=20.0)
        20.0
        """
        by_steps = (self.planned_steps - step) * elapsed_seconds / step
        return max(0.0, min(by_steps, self.max_seconds - elapsed_seconds))
