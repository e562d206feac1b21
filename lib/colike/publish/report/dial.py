"""The dial of source hybrid: what each share of the text finds, of the known and of the new."""

from collections.abc import Mapping
from typing import NamedTuple

SEEN, NEW, CHOSEN = "hybrid.recall.unseen_share.", "hybrid.unseen_recall.", "hybrid.unseen_share"


class Dial(NamedTuple):
    """Recall of held likes (`seen`) and of items taken out (`new`), by share; and the chosen share.

    All three lists are in the order of the shares.
    """

    shares: list[float]
    seen: list[float]
    new: list[float]
    chosen: float


def dial_of(fits: Mapping[str, float]) -> Dial | None:
    """Return the curve that job neighbours has measured, None where it fitted no hybrid.

    >>> dial_of({"hybrid.recall.unseen_share.0": 0.4, "hybrid.unseen_recall.0": 0.0,
    ...     "hybrid.recall.unseen_share.0.8": 0.3, "hybrid.unseen_recall.0.8": 0.2,
    ...     "hybrid.unseen_share": 0.8})
    Dial(shares=[0.0, 0.8], seen=[0.4, 0.3], new=[0.0, 0.2], chosen=0.8)
    """
    names = [name.removeprefix(SEEN) for name in fits if name.startswith(SEEN)]
    tried = sorted((name for name in names if f"{NEW}{name}" in fits), key=float)
    if CHOSEN not in fits or not tried:
        return None
    return Dial(
        [float(name) for name in tried],
        [fits[f"{SEEN}{name}"] for name in tried],
        [fits[f"{NEW}{name}"] for name in tried],
        fits[CHOSEN],
    )
