"""The section `pairs`: labels, negatives and held-out items of the training pairs."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from colike.config.section import Positive, Section, Share, SharePart, distinct

NegativeKind = Literal["below", "random", "popular", "hard"]


class HeldoutConfig(Section):
    """The share of items, by hash, that no embedder is trained on, to measure on."""

    heldout_items: Share
    salt: str


class PairsConfig(HeldoutConfig):
    """Labels, kinds of negatives, bounds and held-out items of the training pairs."""

    threshold: SharePart
    min_colikes: Positive
    min_likes: Positive
    negatives_per_positive: Annotated[float, Field(ge=0)]
    kinds: Annotated[tuple[NegativeKind, ...], Field(min_length=1), AfterValidator(distinct)]
    hard_neighbours: Positive
    base_embedder: str
