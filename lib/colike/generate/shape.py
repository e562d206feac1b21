"""The shape of the real data in a few numbers, and curves through them.

Measured on 1.2 million ratings of MAL 2020 by 9,751 users: the share of each rating value, and
percentiles of ratings per user as multiples of their mean.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Doubles, Longs

# Share of the values 1 to 10 among all ratings; 9 and 10 together make 31.2 %.
RATING_SHARES: Final = (0.007, 0.007, 0.012, 0.025, 0.056, 0.109, 0.217, 0.255, 0.182, 0.130)
# Ratings per user: (share of the users below, multiple of the mean); the tail is fitted so that
# the 1 % of users who like most make a quarter of the co-like increments, as in the whole file.
ACTIVITY: Final = (
    (0.0, 0.004),
    (0.01, 0.008),
    (0.05, 0.02),
    (0.10, 0.05),
    (0.25, 0.20),
    (0.50, 0.58),
    (0.75, 1.33),
    (0.90, 2.50),
    (0.95, 3.30),
    (0.99, 5.00),
    (0.999, 7.60),
    (1.0, 25.0),
)
# No user rates more than this part of the items.
MOST_OF_ITEMS: Final = 0.6
# 690 of the 17,562 titles have no rating: not yet aired when the data was taken.
SHARE_WITHOUT_RATINGS: Final = 690 / 17_562


def rating_thresholds(latent: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns the 9 cuts of a latent liking that give the real shares of the ratings 1 to 10."""
    shares = np.cumsum(RATING_SHARES)[:-1]
    return np.quantile(latent.astype(np.float64), shares).astype(np.float32)


def activity(rng: np.random.Generator, users: int, items: int, ratings: int) -> Longs:
    """Returns ratings per user, int64[users]: heavy-tailed, at least 1, summing to `ratings`."""
    below, multiple = (np.array(column) for column in zip(*ACTIVITY, strict=True))
    # One stratified draw per user: the shares hold at any size, only who is active is random.
    place = (rng.permutation(users) + rng.random(users)) / users
    raw = np.exp(np.interp(place, below, np.log(multiple)))
    most = int(np.ceil(MOST_OF_ITEMS * items))
    counts = _scaled(raw, most, ratings)
    return _settled(rng, counts, most, ratings)


def _scaled(raw: Doubles, most: int, ratings: int) -> Longs:
    """Returns floor(factor * raw) within 1..most for the largest factor with sum <= ratings."""
    low, high = 0.0, float(most) / float(raw.min())
    for _ in range(64):
        middle = (low + high) / 2
        total = int(np.clip(np.floor(raw * middle), 1, most).sum())
        low, high = (middle, high) if total <= ratings else (low, middle)
    counts: Longs = np.clip(np.floor(raw * low), 1, most).astype(np.int64)
    return counts


def _settled(rng: np.random.Generator, counts: Longs, most: int, ratings: int) -> Longs:
    """Returns counts with the few missing ratings spread over users who have room."""
    counts = counts.copy()
    while missing := ratings - int(counts.sum()):
        room = np.flatnonzero(counts < most)
        counts[rng.choice(room, size=min(missing, len(room)), replace=False)] += 1
    return counts


def popularity(normal: Doubles) -> Doubles:
    """Returns a positive weight per item from its standard normal: lognormal, as in the real data.

    With 17,562 items sigma is 3.1: the most popular title is rated by half of the users and the
    first 1,000 take 70 % of the ratings. A small catalogue is like the head of a large one.
    """
    sigma = float(np.clip(0.73 * (np.log(len(normal)) - 5.57), 0.8, 3.4))
    weight: Doubles = np.exp(sigma * np.clip(normal, -2.5, None))
    return weight
