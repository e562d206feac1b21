"""All sources by name: one line adds one. Every text embedder of the config is a source too."""

from collections.abc import Sequence

from colike.config.embed import TextSources
from colike.config.recommend import RecommendConfig
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.sources.base import Fitted, Source
from colike.sources.jaccard import Jaccard
from colike.sources.popularity import Popularity
from colike.sources.profile import Profile
from colike.sources.text import Text
from colike.tables import Tables

SOURCES: dict[str, Source] = {
    source.name: source for source in (Popularity(), Jaccard(), Profile())
}


def all_sources(texts: TextSources) -> dict[str, Source]:
    """Return every source by name, the text embedders last."""
    return {**SOURCES, **{name: Text(name) for name in texts.names}}


def source_named(name: str, texts: TextSources) -> Source:
    """Return the source of a name.

    Raises:
        ConfigError: There is none.
    """
    known = all_sources(texts)
    if name not in known:
        raise ConfigError(f"There is no source {name!r}; the sources are {', '.join(known)}.")
    return known[name]


def fit_sources(
    tables: Tables,
    catalogue: Catalogue,
    settings: RecommendConfig,
    texts: TextSources,
    names: Sequence[str],
) -> list[Fitted]:
    """Return the sources of these names that can score; one that is not fitted yet cannot.

    Args:
        tables: Where items, item_neighbours and item_embeddings are read.
        catalogue: The items on the driver.
        settings: Section recommend.
        texts: The text embedders of the config.
        names: The sources asked for.

    Raises:
        ConfigError: There is no such source.
    """
    for name in settings.least_weight:
        source_named(name, texts)
    asked = [source_named(name, texts) for name in names]
    fitted = (source.fit(tables, catalogue, settings) for source in asked)
    return [one for one in fitted if one is not None]
