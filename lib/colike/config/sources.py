"""The section `sources`: settings that a source has of its own."""

from typing import Annotated

from pydantic import Field

from colike.config.embed import TagsConfig
from colike.config.section import Positive, Section, Share


class EaseConfig(Section):
    """How EASE is fitted: what opinions weigh, what holds weights down, how many of them stay."""

    # A like weighs 1.
    passives: float
    detractors: float
    regularization: Annotated[float, Field(gt=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    # Weights that are kept of each item: the least number that costs no more recall than `loss`.
    keep: Annotated[list[Positive], Field(min_length=1)]
    loss: Share
    # GiB that the driver may take for it.
    memory: Annotated[float, Field(gt=0)]


Shares = Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=1)]


class HybridConfig(Section):
    """EASE and text added up: which embedder (the first that has vectors), and how much of it."""

    texts: Annotated[list[str], Field(min_length=1)]
    # Nearest items by text of each rated item.
    neighbours: Positive
    # Tried shares of the text part, in scores of known and of unseen items; at 1 its listed scores
    # are as large as those of EASE.
    shares: Shares
    unseen_shares: Shares
    # How much of the recall may be given up so that unseen items are found.
    unseen: Share


class SourcesConfig(Section):
    """Settings by source; a source that is not here has none."""

    ease: EaseConfig
    hybrid: HybridConfig


class KnownSources(Section):
    """What all sources are made of: the text embedders' names, the base one's, tags, settings."""

    texts: tuple[str, ...]
    base: str
    tags: TagsConfig | None
    own: SourcesConfig
