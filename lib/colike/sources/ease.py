"""Source `ease`: signed weights between items that predict likes best, in closed form."""

from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Doubles, fingerprint
from colike.config.recommend import RecommendConfig
from colike.config.sources import EaseConfig
from colike.data.history import train_opinions
from colike.errors import UnfitError
from colike.neighbours.ease import Edges, cuts, kept, solved
from colike.neighbours.frames import edges_frame
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.histories import DETRACTORS, LIKES, PASSIVES, ROWS
from colike.recommend.offer import Offer
from colike.recommend.scorers import Scorer
from colike.recommend.signed import SignedScorer
from colike.similarity.gram import gram_bytes, weighted_gram
from colike.sources.base import Fitted, Neighbours, WithoutDepth, Work
from colike.tables import Tables

EASE = "ease"
# Length of the lists that decide how many weights are kept.
K = 10
GIB = 1 << 30


@dataclass(frozen=True)
class FittedEase(WithoutDepth):
    """The kept weights between items, and what each opinion of a user weighs."""

    name: str
    graph: NeighbourGraph
    worth: Doubles

    @property
    def fingerprint(self) -> str:
        """Hash of the weights between items and of opinions."""
        graph = self.graph
        return fingerprint(graph.indptr, graph.items, graph.weights, self.worth)

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what adds up the weights from all that a user has rated."""
        return SignedScorer(offer.catalogue, self.graph.towards(offer.may), self.worth, k)


@dataclass(frozen=True)
class Ease:
    """EASE from likes, passives and detractors to likes."""

    settings: EaseConfig
    name: str = EASE
    has_weighted_reasons: bool = False

    @property
    def worth(self) -> Doubles:
        """What each opinion weighs; what is unrated says nothing."""
        made = np.zeros(ROWS)
        made[[LIKES, PASSIVES, DETRACTORS]] = 1, self.settings.passives, self.settings.detractors
        return made

    def neighbours(self, work: Work) -> Neighbours:
        """Return the weights that are kept: the largest of each item, and towards each item.

        Raises:
            UnfitError: The catalogue needs more memory than the config allows.
            ConfigError: The regularization is too small.
        """
        history = work.tables.read("user_history")
        catalogue = work.catalogue
        self._require_memory(catalogue.size)
        own = self.settings
        worth = self.worth[[LIKES, PASSIVES, DETRACTORS]]
        gram = weighted_gram(train_opinions(history), catalogue.size, worth.tolist())
        fit = solved(gram.inputs, gram.targets, catalogue.likes, own.regularization, own.dropout)
        held = work.held
        whole = held.recall_of_weights(fit.weights, self.worth, min(K, catalogue.size))
        figures = {
            f"{EASE}.residual": (fit.residual, ""),
            f"{EASE}.recall.all": (whole, "recall"),
            f"{EASE}.validation_users": (float(len(held)), "users"),
        }
        least = cuts(fit.weights, own.keep)
        for keep in sorted(own.keep):
            edges = kept(fit.weights, least[keep], catalogue.order)
            recall = held.recall(SignedScorer(catalogue, _graph(edges, catalogue), self.worth, K))
            figures[f"{EASE}.recall.{keep}"] = (recall, "recall")
            # Without validation likes nothing speaks for fewer.
            if len(held) and recall >= (1 - own.loss) * whole:
                break
        figures[f"{EASE}.kept"] = (float(keep), "weights/item")
        spark = history.sparkSession
        return Neighbours(edges_frame(spark, catalogue.ids, edges, work.ids), figures)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where it has not been fitted."""
        return fit_signed(tables, self.name, catalogue, self.worth)

    def _require_memory(self, items: int) -> None:
        needed = gram_bytes(items) / GIB
        if needed > self.settings.memory:
            raise UnfitError(
                f"{items:,} items need {needed:.1f} GiB, above sources.ease.memory = "
                f"{self.settings.memory:g}"
            )


def fit_signed(
    tables: Tables, name: str, catalogue: Catalogue, worth: Doubles
) -> FittedEase | None:
    """Return a source's signed rows of item_neighbours ready to score, None where there are none.

    `worth` is what each opinion weighs.
    """
    graph = collect_graph(tables.read("item_neighbours"), catalogue.ids, name)
    return FittedEase(name, graph, worth) if len(graph.items) else None


def _graph(edges: Edges, catalogue: Catalogue) -> NeighbourGraph:
    return NeighbourGraph.of_edges(catalogue.size, edges.owners, edges.items, edges.weights)
