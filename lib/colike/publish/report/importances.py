"""What source ranker looks at: how much of what its trees gained each feature brought."""

from collections.abc import Mapping
from typing import NamedTuple

RATED, WORTH = "ranker.rated.", "ranker.worth."
SHOWN = 12


class Importance(NamedTuple):
    """A feature's shares of the gain: for the chance of a rating, and for its worth."""

    feature: str
    rated: float
    worth: float


def importances_of(fits: Mapping[str, float]) -> list[Importance]:
    """Return the SHOWN features with the largest sum of shares; none without a ranker.

    >>> importances_of({"ranker.rated.score": 0.7, "ranker.worth.score": 0.1, "ease.kept": 50})
    [Importance(feature='score', rated=0.7, worth=0.1)]
    """
    names = [name.removeprefix(RATED) for name in fits if name.startswith(RATED)]
    rows = [
        Importance(name, fits[f"{RATED}{name}"], fits.get(f"{WORTH}{name}", 0.0)) for name in names
    ]
    return sorted(rows, key=lambda row: (-row.rated - row.worth, row.feature))[:SHOWN]
