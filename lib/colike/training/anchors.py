"""How often each item is an anchor: odds from its likes, spread evenly over an epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colike.training.likes import read_likes

Items = NDArray[np.int32]
# Sums of shares are rounded to so many digits: equal odds give each item exactly one place.
DIGITS = 9


@dataclass(frozen=True)
class Anchors:
    """Items and their odds of being an anchor: any positive numbers."""

    items: Items
    odds: NDArray[np.float64]

    @staticmethod
    def read(files: Sequence[Path], items: Items, exponent: float) -> "Anchors":
        """Return the anchors `items` with odds likes ** exponent, from the snapshot's items.

        An item that nobody likes counts as liked once.
        """
        known, likes = read_likes(files)
        counts = np.zeros(len(items))
        is_known = np.isin(items, known)
        counts[is_known] = likes[np.searchsorted(known, items[is_known])]
        return Anchors(items, np.maximum(counts, 1.0) ** exponent)

    def epoch(self, seed: int, epoch: int) -> Items:
        """Return as many anchors as there are items, in random order.

        Systematic sampling: an item whose share of the odds is worth x places appears floor(x)
        or ceil(x) times, and x times on average over epochs. With equal odds each appears once:
        a plain shuffle.

        >>> Anchors(np.int32([4, 7]), np.array([3.0, 1.0])).epoch(seed=1, epoch=0).tolist()
        [4, 4]
        """
        rng = np.random.default_rng([seed, epoch])
        places = np.round(np.cumsum(self.odds) * (len(self.items) / self.odds.sum()), DIGITS)
        places[-1] = len(self.items)
        counts = np.diff(np.floor(places + rng.random()), prepend=0).astype(np.int64)
        return rng.permutation(np.repeat(self.items, counts))
