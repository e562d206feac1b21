"""The section `sources`: settings that a source has of its own."""

from typing import Annotated

from pydantic import Field

from colike.config.embed import TagsConfig
from colike.config.section import Distinct, Positive, Section, Seed, Share


class EaseConfig(Section):
    """How EASE is fitted: what opinions weigh, what holds weights down, how many of them stay."""

    # A like weighs 1.
    passives: float
    detractors: float
    regularization: Annotated[float, Field(gt=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    # Weights that are kept of each item: the least number that costs no more recall than `loss`.
    keep: Annotated[Distinct[Positive], Field(min_length=1)]
    loss: Share
    # GiB that the driver may take for it; a larger catalogue is solved in blocks,
    memory: Annotated[float, Field(gt=0)]
    # each of so many items: the group that is solved, and as many that are related to it.
    block_items: Annotated[int, Field(ge=2, le=40_000)]


Shares = Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=1)]


class HybridConfig(Section):
    """EASE and text added up: which embedder (the first that has vectors), and how much of it."""

    texts: Annotated[Distinct[str], Field(min_length=1)]
    # Nearest items by text of each rated item.
    neighbours: Positive
    # Tried shares of the text part, in scores of known and of unseen items; at 1 its listed scores
    # are as large as those of EASE.
    shares: Shares
    unseen_shares: Shares
    # How much of the recall may be given up so that unseen items are found.
    unseen: Share


class GainsConfig(Section):
    """What a rating of a recommended item is worth; an item without one is worth 0."""

    detractors: float
    passives: float
    likes: float
    # The highest rating of the scale.
    highest: float


class TreesConfig(Section):
    """Boosted trees: how many of what depth, and what holds them back."""

    rounds: Positive
    depth: Positive
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    # Least sum of second derivatives in a leaf.
    least_rows: Annotated[float, Field(ge=0)]
    # Drawn for each tree.
    rows_share: Annotated[float, Field(gt=0, le=1)]
    features_share: Annotated[float, Field(gt=0, le=1)]
    regularization: Annotated[float, Field(ge=0)]
    seed: Seed


class RankerConfig(Section):
    """What is ranked, what ratings are worth, and the trees that foresee them."""

    # Candidates of each user, the best of hybrid, or of ease where there is no hybrid.
    candidates: Positive
    # Nearest items of each rated item whose weights are a feature beside those of all.
    nearest: Positive
    gains: GainsConfig
    # Validation users that it is fitted on, at most, and the parts that are foreseen from others.
    users: Annotated[int, Field(gt=0, le=50_000)]
    folds: Annotated[int, Field(ge=2, le=100)]
    # Share of the candidates without a rating that is fitted on; they count for all.
    unrated: Annotated[float, Field(gt=0, le=1)]
    rated: TreesConfig
    worth: TreesConfig


class AlsConfig(Section):
    """How the factors of `als` are fitted."""

    rank: Positive
    # Of each like: users and items with more of them are held down more.
    regularization: Annotated[float, Field(gt=0)]
    # How much more a like weighs than what is unknown.
    alpha: Annotated[float, Field(gt=0)]
    iterations: Positive
    seed: Seed


#: Sources that are fitted only where recommend.sources names them: nobody pays for lists unasked.
ON_DEMAND = ("als", "ranker")


class SourcesConfig(Section):
    """Settings by source; a source that is not here has none."""

    als: AlsConfig
    ease: EaseConfig
    hybrid: HybridConfig
    ranker: RankerConfig | None


class RatingScale(Section):
    """Where opinions begin and end on the data set's scale."""

    detractor_at_most: float
    like_at_least: float
    # Infinite where ratings are events.
    highest: Annotated[float, Field(allow_inf_nan=True)]


class KnownSources(Section):
    """What all sources are made of: embedders' names, the base one's, tags, settings, scale."""

    texts: tuple[str, ...]
    base: str
    tags: TagsConfig | None
    own: SourcesConfig
    scale: RatingScale
    # Those of ON_DEMAND that lists are asked of.
    asked: tuple[str, ...] = ()
