"""The sections of a config; every default is in conf/base.yml, but for those of files."""

import json
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from colike.config.embed import (
    BaseEmbedder,
    EmbedConfig,
    Finetuned,
)
from colike.config.files import DataConfig
from colike.config.pairs import HeldoutConfig, PairsConfig
from colike.config.recommend import RecommendConfig
from colike.config.secrets import masked
from colike.config.section import (
    BEST,
    Distinct,
    Name,
    NotNegative,
    Positive,
    Section,
    Seed,
    Share,
    SharePart,
    SparkName,
    Text,
)
from colike.config.similarity import SimilarityConfig
from colike.config.sources import ON_DEMAND, KnownSources, RatingScale, SourcesConfig
from colike.snapshot.settings import TrainSettings

#: The protocol that the champion is chosen by.
GATE: Final = "gate"
#: The protocol that keeps items out of every fit, and looks for them.
UNSEEN: Final = "unseen"


class LikesConfig(Section):
    """What counts as a like (promoter) and as a detractor, on the data set's scale."""

    at_least: float
    detractor_at_most: float


class SplitConfig(Section):
    """The hash split (docs/method.md, Split); `validation_users` null: by the number of users."""

    salt: str
    test_share: SharePart
    validation_share: SharePart
    validation_users: Share | None


class DescriptionsConfig(Section):
    """The sandboxed Jinja2 template of an item's description."""

    template: str
    max_synopsis_words: Positive


class TrackingConfig(Section):
    """Where MLflow is told of trained models, and the name that they are registered under."""

    # auto: MLFLOW_TRACKING_URI or Databricks, where MLflow is installed; null: nowhere.
    uri: Text | None
    experiment: Text
    registered_model: Text | None
    registry_uri: Text | None


class NeighboursConfig(Section):
    """How many neighbours an item keeps per source, and how they are looked for among many."""

    k: Positive
    candidate_margin: Positive
    exact_up_to: NotNegative
    recall: Annotated[float, Field(gt=0, le=1)]
    sampled_items: Positive
    seed: Seed


class EvaluateConfig(Section):
    """Depths, bootstrap and protocols of the evaluation."""

    ks: Annotated[Distinct[Positive], Field(min_length=1)]
    protocols: Distinct[Literal["holdout", "book", "gate", "unseen"]]
    # Most users that protocol unseen asks.
    unseen_users: Positive
    bootstrap_replicates: Positive
    bootstrap_seed: Seed
    baseline: str
    # Runs whose figures stay in table evaluation.
    keep_runs: Positive


class PublishConfig(Section):
    """Which source analysts see: a name, or the best by a metric that passes the gate."""

    champion: str
    metric: Literal["recall", "ndcg", "nps"]
    k: Positive
    gate: Literal["off", "dry_run", "on"]
    # What a source must be better by, as a difference of the metric.
    least_gain: Annotated[float, Field(ge=0)]
    # Titles in its lists, beside the champion's.
    least_coverage: Share
    # Most that a group of users may lose.
    most_loss: Annotated[float, Field(ge=0)]
    keep_runs: Positive
    report_users: Positive


class MaintainConfig(Section):
    """Housekeeping of tables, and of the folders of trainings."""

    vacuum_hours: Annotated[int, Field(ge=168)]
    keep_models: Positive
    # Runs whose events and reports are kept.
    keep_runs: Positive


class Config(Section):
    """A whole config, as the layers of YAML and `--set` make it."""

    name: Name
    data: DataConfig
    likes: LikesConfig
    split: SplitConfig
    descriptions: DescriptionsConfig
    similarity: SimilarityConfig
    pairs: PairsConfig
    train: TrainSettings
    tracking: TrackingConfig
    embed: EmbedConfig
    neighbours: NeighboursConfig
    sources: SourcesConfig
    recommend: RecommendConfig
    evaluate: EvaluateConfig
    publish: PublishConfig
    maintain: MaintainConfig
    spark: dict[SparkName, str]

    @property
    def base_embedder(self) -> BaseEmbedder:
        """What pairs and training take of section `embed`."""
        return self.embed.as_base(self.pairs.base_embedder)

    @property
    def heldout(self) -> HeldoutConfig:
        """Which items no embedder is trained on."""
        return HeldoutConfig(heldout_items=self.pairs.heldout_items, salt=self.pairs.salt)

    @property
    def finetuned(self) -> Finetuned:
        """Which embedder training makes."""
        return Finetuned(name=self.embed.finetuned_name)

    @property
    def known_sources(self) -> KnownSources:
        """What all sources are made of: their own settings, and the names of the text embedders."""
        names = tuple(self.embed.embedders)
        return KnownSources(
            texts=names,
            base=self.pairs.base_embedder,
            tags=self.embed.tags,
            own=self.sources,
            scale=RatingScale(
                detractor_at_most=self.likes.detractor_at_most,
                like_at_least=self.likes.at_least,
                highest=self.data.ratings.highest,
            ),
            asked=tuple(name for name in ON_DEMAND if name in self.recommend.sources),
        )

    def as_json(self) -> str:
        """Return it as JSON, without secrets, for the commands that only read a store."""
        return json.dumps(masked(self.model_dump(mode="json")), indent=2) + "\n"

    @model_validator(mode="after")
    def _likes_within_scale(self) -> "Config":
        ratings, likes = self.data.ratings, self.likes
        if likes.detractor_at_most >= likes.at_least:
            raise ValueError(
                f"likes.detractor_at_most = {likes.detractor_at_most:g} is not below "
                f"likes.at_least = {likes.at_least:g}"
            )
        if ratings.columns.rating is None:
            return self
        scale = f"the scale of data.ratings goes from {ratings.lowest:g} to {ratings.highest:g}"
        if not ratings.lowest < likes.at_least <= ratings.highest:
            raise ValueError(
                f"likes.at_least = {likes.at_least:g} cannot tell likes: {scale}; set both bounds "
                "of `likes` for this scale"
            )
        if not ratings.lowest <= likes.detractor_at_most:
            raise ValueError(
                f"likes.detractor_at_most = {likes.detractor_at_most:g} is nobody's rating: {scale}"
            )
        return self

    @model_validator(mode="after")
    def _known_sources(self) -> "Config":
        named = {"evaluate.baseline": self.evaluate.baseline}
        if self.publish.champion != BEST:
            named["publish.champion"] = self.publish.champion
        sources = [*self.recommend.sources, *self.embed.embedders]
        for key, source in named.items():
            if source not in sources:
                raise ValueError(
                    f"{key} is {source!r}, which is no source; recommend.sources has "
                    f"{', '.join(self.recommend.sources)}"
                )
        return self

    @model_validator(mode="after")
    def _diversity_by_an_embedder(self) -> "Config":
        diversity, there = self.recommend.diversity, [*self.embed.embedders]
        if diversity.relevance < 1 and diversity.embedder not in there:
            raise ValueError(
                f"recommend.diversity.embedder is {diversity.embedder!r}, which embed.embedders "
                f"lacks; it has {', '.join(there) or 'none'}"
            )
        return self

    @model_validator(mode="after")
    def _tags_are_attributes(self) -> "Config":
        there = [*self.data.items.attribute_columns]
        for name in self.embed.tags.columns if self.embed.tags is not None else ():
            if name not in there:
                raise ValueError(
                    f"embed.tags.columns has {name!r}, which data.items.attributes lacks; it has "
                    f"{', '.join(there) or 'none'}"
                )
        return self

    @model_validator(mode="after")
    def _gate_can_decide(self) -> "Config":
        """Refuse a gate without what it decides by, which would leave all to test ratings."""
        gate = self.publish.gate
        if gate == "off" or self.publish.champion != BEST:
            return self
        protocols, histories = self.evaluate.protocols, self.recommend.histories
        needed: tuple[tuple[str, list[str], str], ...] = (
            ("evaluate.protocols", [*protocols], GATE),
            ("evaluate.protocols", [*protocols], "holdout"),
            ("recommend.histories", [*histories], "train"),
            ("recommend.histories", [*histories], "known"),
        )
        for key, there, value in needed:
            if value not in there:
                raise ValueError(
                    f"publish.gate is {gate!r} and decides by {value!r}, which {key} = {there} "
                    "lacks; add it there, or set publish.gate to off"
                )
        for name in ("validation_share", "validation_users"):
            if getattr(self.split, name) == 0:
                raise ValueError(
                    f"publish.gate is {gate!r} and decides on validation ratings, of which "
                    f"split.{name} = 0 leaves none; raise it, or set publish.gate to off"
                )
        return self

    @model_validator(mode="after")
    def _consistent(self) -> "Config":
        if self.pairs.base_embedder not in self.embed.embedders:
            raise ValueError(
                f"pairs.base_embedder is {self.pairs.base_embedder!r}, which embed.embedders "
                f"lacks; it has {sorted(self.embed.embedders)}"
            )
        if max(self.evaluate.ks) > self.recommend.k:
            raise ValueError(
                f"evaluate.ks goes to {max(self.evaluate.ks)}, deeper than recommend.k = "
                f"{self.recommend.k}"
            )
        if self.publish.k not in self.evaluate.ks:
            raise ValueError(
                f"publish.k = {self.publish.k} is not among evaluate.ks = {self.evaluate.ks}, and "
                "so is not measured"
            )
        if self.evaluate.keep_runs > self.maintain.keep_runs:
            raise ValueError(
                f"evaluate.keep_runs = {self.evaluate.keep_runs} is more than maintain.keep_runs = "
                f"{self.maintain.keep_runs}: figures would outlast the log that says how old they "
                "are, and stay for ever"
            )
        chosen = self.recommend
        deepest = max(
            [*chosen.neighbours_grid, *chosen.neighbours_per_item.values(), *self.evaluate.ks]
        )
        if deepest > self.neighbours.k:
            raise ValueError(
                f"neighbours.k = {self.neighbours.k} is below {deepest}, which is used"
            )
        return self
