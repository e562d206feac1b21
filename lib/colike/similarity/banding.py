"""How many MinHash values find pairs of a Jaccard: bands of rows (Leskovec et al., ch. 3.4)."""

from dataclasses import dataclass
from math import ceil, log1p


@dataclass(frozen=True)
class Banding:
    """A pair is a candidate if all rows of one band or more are equal."""

    bands: int
    rows: int

    @property
    def hashes(self) -> int:
        """MinHash values per item."""
        return self.bands * self.rows

    def recall(self, jaccard: float) -> float:
        """Return the chance that a pair of this Jaccard becomes a candidate: 1 - (1 - j^r)^b.

        >>> round(Banding(bands=20, rows=5).recall(0.8), 5)
        0.99964
        """
        return float(1.0 - (1.0 - jaccard**self.rows) ** self.bands)


def banding_for(jaccard: float, recall: float, rows: int) -> Banding:
    """Return the fewest bands of so many rows that find a share of the pairs of a Jaccard.

    >>> banding_for(jaccard=0.1, recall=0.95, rows=1)
    Banding(bands=29, rows=1)
    """
    return Banding(ceil(log1p(-recall) / log1p(-(jaccard**rows))), rows)
