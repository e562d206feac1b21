"""Source `als`: factors of users and items by alternating least squares, the usual baseline."""

from dataclasses import dataclass

import numpy as np

from colike import columns as C
from colike.compute.arrays import Floats, fingerprint
from colike.config.recommend import RecommendConfig
from colike.config.sources import AlsConfig
from colike.data.ids import to_ids
from colike.data.splits import train_likes
from colike.embedding.vectors import collect_factors
from colike.neighbours.als import fitted_factors
from colike.neighbours.cosine import nearest
from colike.neighbours.frames import to_frame
from colike.recommend.catalogue import Catalogue
from colike.recommend.factors import FactorScorer
from colike.recommend.offer import Offer
from colike.recommend.scorers import Scorer
from colike.sources.base import Neighbours, WithoutDepth, Work
from colike.tables import Tables

ALS = "als"
# Items beyond the list whose scores are computed again in double precision.
MARGIN = 10


@dataclass(frozen=True)
class FittedAls(WithoutDepth):
    """Factors by item_idx, zeros for an item without a train like."""

    name: str
    factors: Floats
    settings: AlsConfig

    @property
    def fingerprint(self) -> str:
        """Hash of the factors and of how users are folded in."""
        return fingerprint(self.factors, np.array(self._dials))

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what folds users in by their likes."""
        may = offer.may & self.factors.any(axis=1)
        return FactorScorer(offer.catalogue, self.factors, may, *self._dials, MARGIN, k)

    @property
    def _dials(self) -> tuple[float, float]:
        return self.settings.alpha, self.settings.regularization


@dataclass(frozen=True)
class Als:
    """Implicit feedback's least squares; fitted only where lists are asked of it."""

    settings: AlsConfig
    is_asked: bool
    name: str = ALS
    has_weighted_reasons: bool = False

    def neighbours(self, work: Work) -> Neighbours | None:
        """Return the factors, and the items with the nearest ones, which no list is made from.

        Raises:
            UnfitError: Nobody has a train like.
        """
        if not self.is_asked:
            return None
        items, own = work.tables.read("items"), work.settings
        likes = train_likes(work.tables.read("user_history"))
        fitted = to_ids(fitted_factors(likes, self.settings), items, C.ITEM_IDX)
        factors = fitted.withColumnRenamed(C.ITEM_IDX, C.ITEM_ID)
        known = collect_factors(factors, items)
        lengths = np.linalg.norm(known.vectors, axis=1, keepdims=True)
        unit = known.vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        found = nearest(unit, known.order, own.k, own.candidate_margin)
        rows = to_frame(items.sparkSession, known, found, work.ids)
        return Neighbours(rows, {f"{ALS}.items": (float(len(known.ids)), "items")}, factors=factors)

    def fit(
        self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig
    ) -> FittedAls | None:
        """Return the source ready to score, None where it has not been fitted."""
        rows = tables.read_or_empty("item_factors")
        mine = rows.where(rows[C.SOURCE] == self.name)
        factors = collect_factors(mine, tables.read("items")).by_index(catalogue.size)
        return FittedAls(self.name, factors, self.settings) if len(factors) else None
