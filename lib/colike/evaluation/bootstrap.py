"""Poisson bootstrap over users: in every replicate each user has a weight from Poisson(1).

The weights depend only on a hash of the user, so all sources are measured on the same
resamples (paired intervals) and partitioning changes nothing. Source: Chamandy et al.,
"Estimating uncertainty for massive data streams", 2012.
"""

import math

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Doubles
from colike.compute.compiled import compiled

MOST = 12  # P(Poisson(1) > 12) is below 1e-10
STEP = np.uint64(0x9E3779B97F4A7C15)


def poisson_weights(hashes: npt.NDArray[np.int64], replicates: int) -> Doubles:
    """Return weights, users x (1 + replicates); the first column, all 1, is the sample itself.

    Args:
        hashes: A 64-bit hash of each user, salted with the seed.
        replicates: Number of resamples.
    """
    offsets = np.arange(1, replicates + 1, dtype=np.uint64) * STEP
    mixed = splitmix(hashes.view(np.uint64)[:, None] + offsets)
    uniform = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    cumulative = np.cumsum([math.exp(-1) / math.factorial(i) for i in range(MOST)])
    drawn = np.searchsorted(cumulative, uniform, side="right").astype(np.float64)
    return np.concatenate([np.ones((len(hashes), 1)), drawn], axis=1)


def interval(replicates: Doubles) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of a figure's replicates, ignoring NaN."""
    known = replicates[~np.isnan(replicates)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


@compiled
def splitmix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return SplitMix64's mix (Steele et al., 2014): well-mixed bits from a counter."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
