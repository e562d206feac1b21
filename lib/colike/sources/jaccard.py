"""Source `jaccard`: the items that most users like together, relative to all who like either."""

from dataclasses import dataclass

from colike.config.recommend import RecommendConfig
from colike.neighbours.ranking import jaccard_neighbours
from colike.recommend.catalogue import Catalogue
from colike.sources.base import Fitted, Neighbours, Work
from colike.sources.neighbour import fit_neighbours
from colike.tables import Tables

JACCARD = "jaccard"


@dataclass(frozen=True)
class Jaccard:
    """Neighbours by Jaccard of train likes, as table item_similarity has it."""

    name: str = JACCARD
    has_weighted_reasons: bool = True

    def neighbours(self, work: Work) -> Neighbours:
        """Return the items of highest Jaccard with each item."""
        return Neighbours(jaccard_neighbours(work.tables.read("item_similarity"), work.settings.k))

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score."""
        return fit_neighbours(tables, self.name, catalogue, settings)
