"""What several stages take of the section `embed`, so that a change of the rest spares them."""

from pydantic import Field

from colike.config.models import Config, EmbedderConfig
from colike.config.section import Precision, Section
from colike.errors import ConfigError

FINETUNED = "finetuned"


class BaseEmbedder(Section):
    """The embedder that pairs and training start from, and how it encodes."""

    name: str
    embedder: EmbedderConfig
    max_tokens: int
    precision: Precision
    # Texts encoded at once change no vector beyond rounding, so this is no part of stage keys.
    batch_size: int = Field(exclude=True)


class Finetuned(Section):
    """The name of the embedder that training makes, None if the config has none."""

    name: str | None


class TextSources(Section):
    """The names of all text embedders, which are sources too, and that of the base embedder."""

    names: tuple[str, ...]
    base: str


def base_embedder(config: Config) -> BaseEmbedder:
    """Return what pairs and training take of the config's embedders."""
    name, embed = config.pairs.base_embedder, config.embed
    return BaseEmbedder(
        name=name,
        embedder=embed.embedders[name],
        max_tokens=embed.max_tokens,
        precision=embed.precision,
        batch_size=embed.batch_size,
    )


def finetuned(config: Config) -> Finetuned:
    """Return which embedder training makes.

    Raises:
        ConfigError: There is more than one.
    """
    kinds = config.embed.embedders.items()
    names = [name for name, embedder in kinds if embedder.kind == FINETUNED]
    if len(names) > 1:
        raise ConfigError(
            f"embed.embedders has {len(names)} of kind finetuned ({', '.join(names)}); keep one."
        )
    return Finetuned(name=names[0] if names else None)


def text_sources(config: Config) -> TextSources:
    """Return the embedders by name."""
    return TextSources(names=tuple(config.embed.embedders), base=config.pairs.base_embedder)


DERIVED = {
    "base_embedder": base_embedder,
    "finetuned": finetuned,
    "text_sources": text_sources,
}
