"""The section `similarity`: how co-likes are counted."""

from typing import Annotated, Literal

from pydantic import Field

from colike.config.section import NotNegative, Positive, Section, Share


class SelfJoinConfig(Section):
    """How the self-join deals with heavy users: in parts, or, beyond a cap, not at all."""

    part_likes: Positive
    max_likes: Positive | None


class TiledConfig(Section):
    """Whether the tiled engine keeps all co-likes, so that later runs count only what changed."""

    keep_colikes: bool


class MinhashConfig(Section):
    """What the MinHash engine looks for: `recall` of the pairs with this jaccard."""

    jaccard: Annotated[float, Field(gt=0, lt=1)]
    recall: Annotated[float, Field(gt=0, lt=1)]
    rows: Positive
    matches: Annotated[int, Field(gt=0, le=20)]
    largest_bucket: Positive
    sampled_items: NotNegative


class SimilarityConfig(Section):
    """Which engine counts co-likes, and the least that a row must have."""

    method: Literal["self_join", "tiled", "minhash"]
    min_colikes: Positive
    min_jaccard: Share
    self_join: SelfJoinConfig
    tiled: TiledConfig
    minhash: MinhashConfig
