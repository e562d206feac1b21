"""The items that recall is measured on, and the share of their nearest that was found."""

import numpy as np

from colike.compute.arrays import Ints, Longs

SAMPLED = 1000
# Draws the items that recall is measured on; searches are tuned on others.
OTHERS = 11


def sample(n: int, seed: int) -> Longs:
    """Return the items that a seed draws out of n, ascending."""
    return np.sort(np.random.default_rng(seed).choice(n, min(SAMPLED, n), replace=False))


def recall(found: Longs | Ints, nearest: Longs) -> float:
    """Return, item by item, the share of the nearest that was found."""
    rows = zip(found, nearest, strict=True)
    return float(np.mean([np.isin(mine, theirs).mean() for theirs, mine in rows]))
