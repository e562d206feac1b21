"""Sources that add up the neighbours of a user's likes: the part that all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from colike.compute.arrays import Bools, fingerprint
from colike.config.recommend import RecommendConfig
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.offer import Offer
from colike.recommend.scorers import NeighbourScorer, Scorer
from colike.tables import Tables


@dataclass(frozen=True)
class FittedNeighbours:
    """A source's neighbours of each item, as many as the store keeps."""

    name: str
    graph: NeighbourGraph
    settings: RecommendConfig

    @property
    def fingerprint(self) -> str:
        """Hash of the neighbours and their weights."""
        return fingerprint(self.graph.indptr, self.graph.items, self.graph.weights)

    @property
    def grid(self) -> Sequence[int]:
        """The config's one value for this source, or its grid; one value is measured too."""
        fixed = self.settings.neighbours_per_item.get(self.name)
        return self.settings.neighbours_grid if fixed is None else [fixed]

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what adds up the nearest items of the likes that may be recommended."""
        graph = self.graph.towards(offer.may).cut(neighbours_per_item)
        return NeighbourScorer(offer.catalogue, graph, self.settings.aggregate, k)

    def within(self, described: Bools) -> "FittedNeighbours":
        """Return the source among these items alone."""
        return replace(self, graph=self.graph.within(described))

    def short_items(self, neighbours_per_item: int) -> int:
        """Return how many items have fewer neighbours than this."""
        sizes = self.graph.indptr[1:] - self.graph.indptr[:-1]
        return int((sizes < neighbours_per_item).sum())


def fit_neighbours(
    tables: Tables, name: str, catalogue: Catalogue, settings: RecommendConfig
) -> FittedNeighbours | None:
    """Return a source's rows of item_neighbours ready to score, None where there are none.

    Neighbours below the source's least weight are left out.
    """
    graph = collect_graph(tables.read("item_neighbours"), catalogue.ids, name)
    least = settings.least_weight.get(name)
    if least is not None:
        graph = graph.at_least(least)
    return FittedNeighbours(name, graph, settings) if len(graph.items) else None
