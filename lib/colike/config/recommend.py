"""The section `recommend`: lists of users, what may stand in them, and how they are made."""

from typing import Literal

from pydantic import model_validator

from colike.config.section import FileFormat, Positive, Section, Share

Aggregate = Literal["sum", "max", "count_then_max", "count_then_sum"]


class CandidatesConfig(Section):
    """Which items may be recommended; all where nothing is said."""

    where: str | None
    allow: list[int | str] | None
    deny: list[int | str]


class DiversityConfig(Section):
    """Maximal marginal relevance; `relevance` 1 leaves lists in the order of their scores."""

    relevance: Share
    pool: Positive
    embedder: str


class ProfileConfig(Section):
    """Whose vectors the source `profile` adds up."""

    embedder: str


class UsersFile(Section):
    """A file or table with the ids of users, in the column of this name."""

    path: str
    format: FileFormat = "auto"
    column: str = "user_id"


class RecommendConfig(Section):
    """Length of the lists, how neighbours add up, and how deep each source looks."""

    k: Positive
    aggregate: Aggregate
    # Neighbours per liked title and source; what stands here is fixed, the rest is chosen
    # among `neighbours_grid` on the validation ratings.
    neighbours_per_item: dict[str, Positive]
    neighbours_grid: list[Positive]
    least_weight: dict[str, float]
    sources: list[str]
    histories: list[Literal["train", "known", "all"]]
    users: UsersFile | None
    candidates: CandidatesConfig
    diversity: DiversityConfig
    profile: ProfileConfig

    @model_validator(mode="after")
    def _consistent(self) -> "RecommendConfig":
        if self.diversity.relevance < 1 and self.diversity.pool < self.k:
            raise ValueError(
                f"diversity.pool = {self.diversity.pool} is below k = {self.k}, and lists are "
                "picked from it"
            )
        return self
