"""What all scorers of a run share, and the scorer that it makes of a source."""

from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Floats
from colike.config import Config
from colike.config.recommend import RecommendConfig
from colike.data.splits import train_likes
from colike.errors import ConfigError
from colike.recommend.candidates import candidates
from colike.recommend.catalogue import Catalogue, collect_catalogue
from colike.recommend.diversity import DiverseScorer
from colike.recommend.scorers import NeighbourScorer, PopularScorer, Scorer
from colike.recommend.sources import LoadedSource, vectors_of
from colike.recommend.vectors import VectorScorer
from colike.tables import Tables

# Candidates of a vector source beyond the list, computed again in double precision.
MARGIN = 10


@dataclass(frozen=True)
class Engine:
    """Items, which of them may be recommended, and how lists are made.

    `catalogue` has the popular items that may be recommended, `vectors` those that diversity is
    measured in: no rows where it is not asked for.
    """

    catalogue: Catalogue
    may: Bools
    vectors: Floats
    settings: RecommendConfig

    def scorer(self, source: LoadedSource, depth: int, k: int) -> Scorer:
        """Return what makes a source's lists, diverse where the config asks for it.

        Args:
            source: The source.
            depth: Neighbours per liked title; without meaning but for neighbour sources.
            k: Length of the lists.
        """
        diversity = self.settings.diversity
        if diversity.relevance == 1:
            return self.plain(source, depth, k)
        longer = self.plain(source, depth, min(max(diversity.pool, k), self.catalogue.size))
        return DiverseScorer(longer, self.vectors, diversity.relevance, k)

    def plain(self, source: LoadedSource, depth: int, k: int) -> Scorer:
        """Return what makes a source's lists in the order of their scores."""
        if source.kind == "global":
            return PopularScorer(self.catalogue, k)
        if source.kind == "vector":
            may = self.may & source.vectors.any(axis=1)
            return VectorScorer(self.catalogue, source.vectors, may, MARGIN, k)
        graph = source.graph.towards(self.may).cut(depth)
        return NeighbourScorer(self.catalogue, graph, self.settings.aggregate, k)


def load_engine(tables: Tables, config: Config) -> Engine:
    """Return the engine that a config asks for.

    Raises:
        ConfigError: No item may be recommended, or diversity's embedder has no vectors.
    """
    items, settings = tables.read("items"), config.recommend
    catalogue = collect_catalogue(items, train_likes(tables.read("user_history")))
    may = candidates(items, settings.candidates)
    vectors = np.zeros((0, 0), np.float32)
    if settings.diversity.relevance < 1:
        vectors = vectors_of(tables, settings.diversity.embedder, catalogue.size)
        if not len(vectors):
            raise ConfigError(
                f"recommend.diversity.embedder is {settings.diversity.embedder!r}, of which "
                "item_embeddings has no vectors; run embed, or name another embedder."
            )
    return Engine(catalogue.popular_within(may), may, vectors, settings)
