"""What may be recommended, and what all lists of a run share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame

from colike.compute.arrays import Bools, Floats, fingerprint
from colike.config.recommend import RecommendConfig
from colike.errors import ConfigError
from colike.recommend.candidates import candidates
from colike.recommend.catalogue import Catalogue
from colike.recommend.diversity import DiverseScorer
from colike.recommend.scorers import Scorer


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

    def lists(self, plain: Callable[[int], Scorer], k: int) -> Scorer:
        """Return what makes lists of length k, diverse if the config asks for it.

        Args:
            plain: Returns the scorer of lists of a length in the order of their scores.
            k: Length of the lists.
        """
        diversity = self.settings.diversity
        if diversity.relevance == 1:
            return plain(k)
        longer = plain(min(max(diversity.pool, k), self.catalogue.size))
        return DiverseScorer(longer, self.vectors, diversity.relevance, k)


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
