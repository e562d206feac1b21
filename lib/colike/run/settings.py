"""The config sections that a stage declares, and no others."""

from collections.abc import Mapping
from typing import Any, NoReturn

from colike.config.embed import BaseEmbedder, EmbedConfig, Finetuned
from colike.config.files import DataConfig
from colike.config.models import (
    DescriptionsConfig,
    EvaluateConfig,
    LikesConfig,
    MaintainConfig,
    NeighboursConfig,
    PublishConfig,
    SplitConfig,
    TrackingConfig,
)
from colike.config.pairs import HeldoutConfig, PairsConfig
from colike.config.recommend import RecommendConfig
from colike.config.similarity import SimilarityConfig
from colike.config.sources import KnownSources, SourcesConfig
from colike.errors import StageError
from colike.snapshot.settings import TrainSettings


class Settings:
    """Sections by name; one that the stage does not declare is an error.

    The last four are no sections of a file: they are what several stages take of sections
    `embed`, `pairs` and `sources`, so that a change of the rest does not concern these stages.
    """

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
    base_embedder: BaseEmbedder
    finetuned: Finetuned
    heldout: HeldoutConfig
    known_sources: KnownSources

    def __init__(self, stage: str, sections: Mapping[str, Any]) -> None:
        self._stage = stage
        self.__dict__.update(sections)

    def __getattr__(self, name: str) -> NoReturn:
        raise StageError(
            f"Stage {self._stage} reads section {name} of the config, which it does not declare; "
            "add it to `sections` of its Stage, so that a change of it runs the job again."
        )
