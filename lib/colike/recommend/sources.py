"""The registry of sources: of what kind each is, and what it needs to score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from colike.compute.arrays import Floats
from colike.config import Config
from colike.config.recommend import RecommendConfig
from colike.embedding.vectors import collect_vectors
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.tables import Tables

Kind = Literal["global", "neighbour", "vector"]

# One line adds a source; every text embedder of the config is a neighbour source besides.
REGISTRY: dict[str, Kind] = {
    "popularity": "global",
    "jaccard": "neighbour",
    "profile": "vector",
}


@dataclass(frozen=True)
class LoadedSource:
    """A source with what it scores by.

    A neighbour source has its neighbours at full depth, a vector source unit vectors by
    item_idx; what a source does not need is empty.
    """

    name: str
    kind: Kind
    graph: NeighbourGraph
    vectors: Floats

    @property
    def can_score(self) -> bool:
        """Whether it has anything to score by."""
        return self.kind == "global" or len(self.graph.items) > 0 or len(self.vectors) > 0


def kind_of(name: str, config: Config) -> Kind:
    """Return how a source scores.

    Raises:
        ConfigError: There is no such source.
    """
    if name in config.embed.embedders:
        return "neighbour"
    if name not in REGISTRY:
        known = [*REGISTRY, *config.embed.embedders]
        raise ConfigError(f"There is no source {name!r}; the sources are {', '.join(known)}.")
    return REGISTRY[name]


def load_sources(
    tables: Tables, catalogue: Catalogue, config: Config, names: Sequence[str] | None = None
) -> list[LoadedSource]:
    """Return the sources that can score; one without neighbours or vectors cannot.

    Args:
        tables: Where items, item_neighbours and item_embeddings are read.
        catalogue: The items on the driver.
        config: The config.
        names: The sources asked for; None for all of `recommend.sources`.
    """
    settings = config.recommend
    for name in settings.least_weight:
        kind_of(name, config)
    asked = settings.sources if names is None else names
    loaded = [_load(tables, name, catalogue, config) for name in asked]
    return [source for source in loaded if source.can_score]


def _load(tables: Tables, name: str, catalogue: Catalogue, config: Config) -> LoadedSource:
    kind = kind_of(name, config)
    graph, vectors = NeighbourGraph.empty(catalogue.size), np.zeros((0, 0), np.float32)
    if kind == "neighbour":
        graph = load_neighbours(tables, name, catalogue.ids, config.recommend)
    if kind == "vector":
        vectors = vectors_of(tables, config.recommend.profile.embedder, catalogue.size)
    return LoadedSource(name, kind, graph, vectors)


def load_neighbours(
    tables: Tables, name: str, ids: npt.NDArray[np.generic], settings: RecommendConfig
) -> NeighbourGraph:
    """Return a source's neighbours among the items of these ids, by item_idx.

    Neighbours of too small a weight are left out.
    """
    graph = collect_graph(tables.read("item_neighbours"), ids, name)
    least = settings.least_weight.get(name)
    return graph if least is None else graph.at_least(least)


def vectors_of(tables: Tables, embedder: str, size: int) -> Floats:
    """Return an embedder's unit vectors by item_idx; no rows where it has none."""
    embeddings = tables.read_or_empty("item_embeddings")
    return collect_vectors(embeddings, tables.read("items"), embedder).by_index(size)
