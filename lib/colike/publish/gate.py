"""The gate: a source becomes champion only if it is surely better than the present one.

It looks at the half of the validation users that nothing was tuned on, so that neither the test
ratings nor the winner's luck decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from scipy.stats import norm

from colike import columns as C
from colike.config.models import PublishConfig
from colike.evaluation.rows import difference_of

ALPHA = 0.05
WHOLE = "all"
#: Standard errors from the middle to an end of a 95 % interval.
ENDS = 1.959964


@dataclass(frozen=True)
class Challenger:
    """A source beside the champion: what it gains, surely at least, covers, and gains by group.

    `coverage` is the titles in its lists over the champion's; `groups` has the upper bound of the
    gain of each group of users.
    """

    source: str
    gain: float
    low: float
    coverage: float
    groups: Mapping[str, float]

    def fails(self, settings: PublishConfig) -> str | None:
        """Return why it may not become champion, None if it may."""
        if self.low <= 0:
            return f"{self.source}: no sure difference ({self.gain:+.4f}, at least {self.low:+.4f})"
        if self.gain < settings.least_gain:
            return f"{self.source}: gains {self.gain:+.4f}, less than publish.least_gain"
        if self.coverage < settings.least_coverage:
            return f"{self.source}: lists {self.coverage:.2f} of the champion's titles"
        losing = [name for name, high in self.groups.items() if high < -settings.most_loss]
        return f"{self.source}: users {losing[0]} lose" if losing else None

    @property
    def figures(self) -> dict[str, float]:
        """Its numbers by name, as Python's own: Spark takes no others."""
        named = {"gain": self.gain, "low": self.low, "coverage": self.coverage}
        groups = {f"{name}.high": high for name, high in self.groups.items()}
        return {
            f"{self.source}.{name}": float(value) for name, value in {**named, **groups}.items()
        }


def challengers(
    gate: pd.DataFrame, coverage: Mapping[str, float], champion: str, settings: PublishConfig
) -> list[Challenger]:
    """Return every other source beside the champion, the largest gain first.

    Args:
        gate: Rows of one run's evaluation, of protocol gate.
        coverage: Titles in the lists of each source.
        champion: The present champion, which was measured.
        settings: The config's publish section.
    """
    compared = gate[
        (gate[C.METRIC] == difference_of(settings.metric))
        & (gate[C.K] == settings.k)
        & (gate[C.VERSUS] == champion)
        & gate[C.VALUE].notna()
    ]
    whole = compared[compared[C.SEGMENT] == WHOLE].set_index(C.SOURCE)
    errors = (whole[C.CI_HIGH] - whole[C.CI_LOW]) / (2 * ENDS)
    gains = {name: (whole[C.VALUE][name], errors[name]) for name in whole.index}
    lows = holm_bounds(gains)
    found = []
    for source, low in lows.items():
        groups = compared[(compared[C.SOURCE] == source) & (compared[C.SEGMENT] != WHOLE)]
        highs = dict(zip(groups[C.SEGMENT], groups[C.CI_HIGH], strict=True))
        share = coverage.get(source, 0.0) / max(coverage.get(champion, 0.0), 1.0)
        found.append(Challenger(source, float(whole[C.VALUE][source]), low, share, highs))
    return sorted(found, key=lambda one: (-one.gain, one.source))


def holm_bounds(gains: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Return the lower bound of each gain, all of which hold together in 95 % of cases.

    Holm (1979): of m gains the surest one has the level alpha / m, the next alpha / (m - 1), and so
    on; after the first bound that is not above zero none is.

    >>> bounds = holm_bounds({"a": (0.03, 0.01), "b": (0.02, 0.01)})
    >>> {name: round(low, 3) for name, low in bounds.items()}
    {'a': 0.008, 'b': 0.0}

    Args:
        gains: Gain and its standard error.
    """
    sure = sorted(gains, key=lambda name: -_z(*gains[name]))
    bounds: dict[str, float] = {}
    broken = False
    for rank, name in enumerate(sure):
        gain, error = gains[name]
        low = gain - float(norm.ppf(1 - ALPHA / 2 / (len(sure) - rank))) * error
        broken = broken or low <= 0
        bounds[name] = min(low, 0.0) if broken else low
    return bounds


def _z(gain: float, error: float) -> float:
    return gain / error if error > 0 else (float("inf") if gain > 0 else float("-inf"))
