"""All sources by name: one line adds one. Every text embedder of the config is a source too."""

from collections.abc import Callable, Sequence

from colike.config.recommend import RecommendConfig
from colike.config.sources import KnownSources, SourcesConfig
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.sources.base import Fitted, Source
from colike.sources.ease import EASE, Ease
from colike.sources.hybrid import HYBRID, Hybrid
from colike.sources.jaccard import Jaccard
from colike.sources.popularity import Popularity
from colike.sources.profile import Profile
from colike.sources.text import Text
from colike.tables import Tables

SOURCES: dict[str, Source] = {
    source.name: source for source in (Popularity(), Jaccard(), Profile())
}
# Sources that have settings of their own.
CONFIGURED: dict[str, Callable[[SourcesConfig], Source]] = {EASE: lambda own: Ease(own.ease)}
# Sources that start from what the others have found.
FUSED: dict[str, Callable[[SourcesConfig], Source]] = {
    HYBRID: lambda own: Hybrid(own.hybrid, Ease(own.ease))
}


def all_sources(known: KnownSources) -> dict[str, Source]:
    """Return every source by name, each after those that it starts from."""
    return {
        **SOURCES,
        **{name: make(known.own) for name, make in CONFIGURED.items()},
        **{name: Text(name, known.tags) for name in known.texts},
        **{name: make(known.own) for name, make in FUSED.items()},
    }


def source_named(name: str, known: KnownSources) -> Source:
    """Return the source of a name.

    Raises:
        ConfigError: There is none.
    """
    sources = all_sources(known)
    if name not in sources:
        raise ConfigError(f"There is no source {name!r}; the sources are {', '.join(sources)}.")
    return sources[name]


def fit_sources(
    tables: Tables,
    catalogue: Catalogue,
    settings: RecommendConfig,
    known: KnownSources,
    names: Sequence[str],
) -> list[Fitted]:
    """Return the sources of these names that can score; one that is not fitted yet cannot.

    Args:
        tables: Where items, item_neighbours and item_embeddings are read.
        catalogue: The items on the driver.
        settings: Section recommend.
        known: What sources are made of.
        names: The sources asked for.

    Raises:
        ConfigError: There is no such source.
    """
    for name in settings.least_weight:
        source_named(name, known)
    asked = [source_named(name, known) for name in names]
    fitted = (source.fit(tables, catalogue, settings) for source in asked)
    return [one for one in fitted if one is not None]
