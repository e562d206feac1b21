"""What may be recommended, and what all lists of a run share."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from pyspark.sql import DataFrame

from colike.compute.arrays import Bools, Floats, fingerprint
from colike.config.recommend import RecommendConfig
from colike.errors import ConfigError
from colike.recommend.candidates import candidates
from colike.recommend.catalogue import Catalogue
from colike.recommend.diversity import DiverseScorer
from colike.recommend.exploration import exploring
from colike.recommend.scorers import Scorer

#: Returns the scorer of an offer's lists of a length, in the order of scores.
Plain = Callable[["Offer", int], Scorer]


@dataclass(frozen=True)
class Offer:
    """The items that may be recommended, and the settings of all lists.

    The popular items of `catalogue` are those that may be recommended; `may` says by item_idx
    which they are; `vectors` measure diversity, and have no rows if it is not asked for.
    """

    catalogue: Catalogue
    may: Bools
    vectors: Floats
    settings: RecommendConfig

    @property
    def fingerprint(self) -> str:
        """Hash of what it holds: lists of an equal offer differ only by histories and sources."""
        catalogue = self.catalogue
        ids = catalogue.ids.astype(np.str_)
        return fingerprint(ids, catalogue.popular, catalogue.order, self.may, self.vectors)

    def lists(self, plain: Plain, k: int) -> Scorer:
        """Return what makes lists of length k, diverse and exploring if the config asks for it.

        Args:
            plain: Returns the scorer of an offer's lists of a length, in the order of scores.
            k: Length of the lists.
        """
        exploration = self.settings.exploration
        usual = self._diverse(plain, k)
        if not exploration.share:
            return usual
        rare = self._with_fewer_likes_than(exploration.fewer_likes_than)
        return exploring(usual, lambda length: plain(rare, length), exploration)

    def _diverse(self, plain: Plain, k: int) -> Scorer:
        diversity = self.settings.diversity
        if diversity.relevance == 1:
            return plain(self, k)
        longer = plain(self, min(max(diversity.pool, k), self.catalogue.size))
        return DiverseScorer(longer, self.vectors, diversity.relevance, k)

    def _with_fewer_likes_than(self, likes: int) -> "Offer":
        may = self.may & (self.catalogue.likes < likes)
        return replace(self, may=may, catalogue=self.catalogue.popular_within(may))


def offer_of(
    items: DataFrame, catalogue: Catalogue, vectors: Floats, settings: RecommendConfig
) -> Offer:
    """Return what the config lets be recommended.

    Args:
        items: Rows of items.
        catalogue: The items on the driver.
        vectors: Unit vectors of diversity's embedder by item_idx; no rows if it has none.
        settings: Section recommend.

    Raises:
        ConfigError: No item may be recommended, or diversity's embedder has no vectors.
    """
    may = candidates(items, settings.candidates, catalogue.ids)
    is_diverse = settings.diversity.relevance < 1
    if is_diverse and not len(vectors):
        raise ConfigError(
            f"recommend.diversity.embedder is {settings.diversity.embedder!r}, of which "
            "item_embeddings has no vectors; run embed, or name another embedder."
        )
    used = vectors if is_diverse else np.zeros((0, 0), np.float32)
    return Offer(catalogue.popular_within(may), may, used, settings)
