"""One thing that `colike doctor` has looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at: `state` is ok, optional (missing, not needed), slow or wrong."""

    what: str
    state: str
    found: str
    remedy: str = ""
