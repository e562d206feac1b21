"""The learning rate over a run that ends after its steps or after its minutes."""

import math
from dataclasses import dataclass
from typing import Literal

#: Warm-up takes at most this share of a run, so that a short run warms up too.
LONGEST_WARMUP = 0.1


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then decay to 0 at the end of the run.

    A run is as far as its share of steps or its share of minutes, whichever is larger, so that the
    rate has decayed whichever ends the run. If `repeatable` (the settings have max_steps), minutes
    only stop the run and never change the rate: equal seeds give equal weights.
    """

    planned_steps: int
    warmup_steps: int
    max_seconds: float
    repeatable: bool
    decay: Literal["linear", "cosine"] = "linear"

    def done(self, step: int, elapsed_seconds: float) -> float:
        """Return the share of the run that is done before a step, 0 to 1.

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
        """Return the factor of the peak rate in a step (counted from 0).

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
        """Return whether no further step may start."""
        return step >= self.planned_steps or elapsed_seconds >= self.max_seconds

    def left(self, step: int, elapsed_seconds: float) -> float:
        """Return the seconds left after a step, at the speed so far.

        >>> Schedule(100, 10, 60.0, repeatable=False).left(step=50, elapsed_seconds=20.0)
        20.0
        """
        by_steps = (self.planned_steps - step) * elapsed_seconds / step
        return max(0.0, min(by_steps, self.max_seconds - elapsed_seconds))
