"""Source `profile`: the items nearest to the sum of the vectors of a user's likes."""

from dataclasses import dataclass

from colike.compute.arrays import Floats, fingerprint
from colike.config.recommend import RecommendConfig
from colike.embedding.vectors import vectors_by_index
from colike.recommend.catalogue import Catalogue
from colike.recommend.offer import Offer
from colike.recommend.scorers import Scorer
from colike.recommend.vectors import VectorScorer
from colike.sources.base import WithoutDepth, Work
from colike.tables import Tables

# Items beyond the list whose scores are computed again in double precision.
MARGIN = 10


@dataclass(frozen=True)
class FittedProfile(WithoutDepth):
    """Unit vectors by item_idx, zeros for an item without one."""

    name: str
    vectors: Floats

    @property
    def fingerprint(self) -> str:
        """Hash of the vectors."""
        return fingerprint(self.vectors)

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what ranks all items that may be recommended and have a vector."""
        may = offer.may & self.vectors.any(axis=1)
        return VectorScorer(offer.catalogue, self.vectors, may, MARGIN, k)


@dataclass(frozen=True)
class Profile:
    """The vectors of the embedder that `recommend.profile` names."""

    name: str = "profile"
    has_weighted_reasons: bool = False

    def neighbours(self, work: Work) -> None:
        """Return None: users are compared with all items at once."""

    def fit(
        self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig
    ) -> FittedProfile | None:
        """Return the source ready to score, None where its embedder has no vectors."""
        embeddings, items = tables.read_or_empty("item_embeddings"), tables.read("items")
        embedder = settings.profile.embedder
        vectors = vectors_by_index(embeddings, items, embedder, catalogue.size)
        return FittedProfile(self.name, vectors) if len(vectors) else None
