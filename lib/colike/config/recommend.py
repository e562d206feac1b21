"""The section `recommend`: lists of users, what may stand in them, and how they are made."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from colike.config.files import UsersFile
from colike.config.section import Distinct, Positive, Section, Share


def _text_of_id(value: Any) -> Any:
    """Return an id as text: YAML has whole numbers for what looks like one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} may not be the id as it was written; put ids in quotes")
    return str(value)


IdText = Annotated[str, BeforeValidator(_text_of_id)]
Aggregate = Literal["sum", "max", "count_then_max", "count_then_sum"]


class CandidatesConfig(Section):
    """Which items may be recommended; all where nothing is said."""

    where: Annotated[str, Field(min_length=1)] | None
    allow: Annotated[list[IdText], Field(min_length=1)] | None
    deny: list[IdText]


class DiversityConfig(Section):
    """Maximal marginal relevance; `relevance` 1 leaves lists in the order of their scores."""

    relevance: Share
    pool: Positive
    embedder: str


class ExplorationConfig(Section):
    """Which places of a list go to items that few people like; `share` 0 leaves lists as they are.

    `share` is that of the places from `first_rank` to `last_rank`.
    """

    share: Share
    fewer_likes_than: Positive
    first_rank: Positive
    last_rank: Positive

    @model_validator(mode="after")
    def _consistent(self) -> "ExplorationConfig":
        if self.first_rank > self.last_rank:
            raise ValueError(
                f"first_rank = {self.first_rank} is above last_rank = {self.last_rank}"
            )
        return self


class ProfileConfig(Section):
    """Whose vectors the source `profile` adds up."""

    embedder: str


class RecommendConfig(Section):
    """Length of the lists, how neighbours add up, and how deep each source looks."""

    k: Positive
    aggregate: Aggregate
    # Neighbours per liked title and source; what stands here is fixed, the rest is chosen
    # among `neighbours_grid` on the validation ratings.
    neighbours_per_item: dict[str, Positive]
    neighbours_grid: Annotated[Distinct[Positive], Field(min_length=1)]
    least_weight: dict[str, float]
    sources: list[str]
    histories: Annotated[Distinct[Literal["train", "known", "all"]], Field(min_length=1)]
    users: UsersFile | None
    candidates: CandidatesConfig
    diversity: DiversityConfig
    exploration: ExplorationConfig
    profile: ProfileConfig

    @model_validator(mode="after")
    def _consistent(self) -> "RecommendConfig":
        if not self.sources:
            raise ValueError("sources is empty; name at least one")
        twice = sorted({name for name in self.sources if self.sources.count(name) > 1})
        if twice:
            raise ValueError(f"sources has {', '.join(twice)} twice")
        if self.diversity.relevance < 1 and self.diversity.pool < self.k:
            raise ValueError(
                f"diversity.pool = {self.diversity.pool} is below k = {self.k}, and lists are "
                "picked from it"
            )
        if self.exploration.share and self.exploration.first_rank > self.k:
            raise ValueError(
                f"exploration.first_rank = {self.exploration.first_rank} is above k = {self.k}, so "
                "that nothing is explored"
            )
        return self
