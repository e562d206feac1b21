"""The columns that MAL sums over all raters: they tell of test ratings, and are no features."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from colike.compute.arrays import Doubles, Longs
from colike.generate.form import UNKNOWN

# MAL gives no score to titles that few have rated.
_LEAST_RATINGS: Final = 20
# Members per rating, and the parts of them on each list, as in the real item table.
_MEMBERS_PER_RATING: Final = 1.6
_WATCHING: Final = 0.07
_ON_HOLD: Final = 0.03
_DROPPED: Final = 0.03


@dataclass(frozen=True)
class Audience:
    """Sums over the generated ratings, one row per item.

    Attributes:
        histogram: int64[items, 10], ratings of 1 to 10.
        means: float64[items], nan below 20 ratings.
        ranks: int64[items], 1 for the highest mean; 0 without a mean.
        ranks_by_members: int64[items], 1 for the title with most members.
        members, favorites, planned: int64[items].
    """

    histogram: Longs
    means: Doubles
    ranks: Longs
    ranks_by_members: Longs
    members: Longs
    favorites: Longs
    planned: Longs

    def score(self, item: int) -> str:
        """Returns the mean rating with two digits, or Unknown."""
        mean = float(self.means[item])
        return UNKNOWN if np.isnan(mean) else f"{mean:.2f}"

    def ranked(self, item: int) -> str:
        """Returns the rank by score in the form `28.0`, or Unknown."""
        rank = int(self.ranks[item])
        return f"{rank}.0" if rank else UNKNOWN

    def counts(self, item: int) -> tuple[int | str, ...]:
        """Returns the columns from Popularity to Score-1."""
        members, planned = int(self.members[item]), int(self.planned[item])
        watching, held, dropped = (int(members * part) for part in (_WATCHING, _ON_HOLD, _DROPPED))
        completed = members - watching - held - dropped - planned
        values = (f"{int(n)}.0" if n else UNKNOWN for n in self.histogram[item, ::-1])
        return (
            int(self.ranks_by_members[item]),
            members,
            int(self.favorites[item]),
            watching,
            completed,
            held,
            dropped,
            planned,
            *values,
        )


def make_audience(rng: np.random.Generator, histogram: Longs) -> Audience:
    """Returns the summed columns of all items from int64[items, 10] ratings per value."""
    count = histogram.sum(axis=1)
    total = (histogram * np.arange(1, 11)).sum(axis=1)
    means = np.where(count >= _LEAST_RATINGS, total / np.maximum(count, 1), np.nan)
    spread = rng.lognormal(0.0, 0.15, len(count))
    members = np.maximum(count, (count * _MEMBERS_PER_RATING * spread).astype(np.int64)) + 5
    return Audience(
        histogram=histogram,
        means=means,
        ranks=np.where(np.isnan(means), 0, _ranks(np.nan_to_num(means))),
        ranks_by_members=_ranks(members.astype(np.float64)),
        members=members,
        favorites=rng.binomial(histogram[:, 9], 0.12),
        planned=(0.2 * members).astype(np.int64),
    )


def _ranks(values: Doubles) -> Longs:
    """Returns 1 for the largest value, 2 for the next, ...; ties in item order."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return ranks
