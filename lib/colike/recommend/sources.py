"""The registry of sources: how each one scores, and the scorer that does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import DataFrame

from colike.config import Config
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.scoring import Scorer

Kind = Literal["global", "neighbour"]

# One line adds a source; every text embedder of the config is a neighbour source besides.
REGISTRY: dict[str, Kind] = {
    "popularity": "global",
    "jaccard": "neighbour",
}


@dataclass(frozen=True)
class LoadedSource:
    """A source with its neighbours at full depth; a global one has none."""

    name: str
    kind: Kind
    graph: NeighbourGraph

    def scorer(self, catalogue: Catalogue, depth: int, aggregate: str, k: int) -> Scorer:
        """Return the scorer that looks at `depth` neighbours of each like."""
        return Scorer(catalogue, self.graph.cut(depth), self.kind == "global", aggregate, k)


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
    neighbours: DataFrame,
    items: DataFrame,
    catalogue: Catalogue,
    config: Config,
    names: Sequence[str] | None = None,
) -> list[LoadedSource]:
    """Return the sources that can score; one without any neighbours cannot.

    Args:
        neighbours: Rows of item_neighbours.
        items: Rows of items.
        catalogue: The items on the driver.
        config: The config.
        names: The sources asked for; None for all of `recommend.sources`.
    """
    loaded = []
    for name in config.recommend.sources if names is None else names:
        kind = kind_of(name, config)
        if kind == "global":
            graph = NeighbourGraph.empty(catalogue.size)
        else:
            graph = collect_graph(neighbours, items, name)
        if kind == "global" or len(graph.items):
            loaded.append(LoadedSource(name, kind, graph))
    return loaded
