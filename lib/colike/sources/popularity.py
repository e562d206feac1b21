"""Source `popularity`: the items with the most train likes, the same for everyone."""

from dataclasses import dataclass

from colike.config.recommend import RecommendConfig
from colike.recommend.catalogue import Catalogue
from colike.recommend.offer import Offer
from colike.recommend.scorers import PopularScorer, Scorer
from colike.sources.base import WithoutDepth, Work
from colike.tables import Tables

POPULARITY = "popularity"


@dataclass(frozen=True)
class FittedPopularity(WithoutDepth):
    """Popularity ready to score: the catalogue has the popular order already."""

    name: str
    # The popular order is part of the offer's fingerprint.
    fingerprint: str = ""

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what lists the popular items without those that a user has seen."""
        return PopularScorer(offer.catalogue, k)


@dataclass(frozen=True)
class Popularity:
    """The baseline that every other source has to beat, and what fills up short lists."""

    name: str = POPULARITY
    has_weighted_reasons: bool = False

    def neighbours(self, work: Work) -> None:
        """Return None: it has no neighbours."""

    def fit(
        self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig
    ) -> FittedPopularity:
        """Return the source ready to score."""
        return FittedPopularity(self.name)
