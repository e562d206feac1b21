"""Banding: how many MinHash values it takes to find pairs (Leskovec et al., ch. 3.4)."""

from dataclasses import dataclass
from math import comb
from typing import Final

from colike.errors import ConfigError

#: Most MinHash values of an item: more of them cost more than counting all pairs.
MOST_HASHES: Final = 10_000


@dataclass(frozen=True)
class Banding:
    """A pair is a candidate if all rows are equal in at least `matches` bands.

    Co-like Jaccards are low (.05 to .3), so bands of many rows would find nothing. Pairs of very
    low Jaccard often match in one band, but rarely in several.
    """

    bands: int
    rows: int
    matches: int = 1

    @property
    def hashes(self) -> int:
        """MinHash values per item."""
        return self.bands * self.rows

    def recall(self, jaccard: float) -> float:
        """Return the probability that a pair of this Jaccard becomes a candidate.

        For one match in b bands of r rows it is 1 - (1 - j^r)^b; for several, the binomial tail.

        >>> round(Banding(bands=20, rows=5).recall(0.8), 5)
        0.99964
        """
        same = jaccard**self.rows
        fewer = (
            comb(self.bands, k) * same**k * (1.0 - same) ** (self.bands - k)
            for k in range(self.matches)
        )
        return float(1.0 - sum(fewer))


def banding_for(jaccard: float, recall: float, rows: int, matches: int) -> Banding:
    """Return the fewest bands of `rows` rows that find a share `recall` of pairs of a Jaccard.

    >>> banding_for(jaccard=0.1, recall=0.95, rows=1, matches=1)
    Banding(bands=29, rows=1, matches=1)

    Raises:
        ConfigError: It takes more than MOST_HASHES values.
    """
    tried = (Banding(bands, rows, matches) for bands in range(matches, MOST_HASHES // rows + 1))
    found = next((banding for banding in tried if banding.recall(jaccard) >= recall), None)
    if found is None:
        raise ConfigError(
            f"similarity.minhash: with rows = {rows} and matches = {matches}, {MOST_HASHES:,} "
            f"MinHash values of an item do not find {recall:g} of the pairs with a jaccard of "
            f"{jaccard:g}; lower `rows`, `matches` or `recall`, or raise `jaccard`."
        )
    return found
