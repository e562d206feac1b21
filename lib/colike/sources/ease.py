"""Source `ease`: signed weights between items that predict likes best, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from colike.compute.arrays import Doubles, fingerprint
from colike.config.recommend import RecommendConfig
from colike.config.sources import EaseConfig
from colike.data.history import train_opinions
from colike.errors import UnfitError
from colike.neighbours.ease import Edges, cuts, kept, solved
from colike.neighbours.ease_blocks import blocks_of, largest
from colike.neighbours.ease_tasks import BlockFit, solved_in_blocks
from colike.neighbours.frames import edges_frame
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.histories import DETRACTORS, LIKES, PASSIVES, ROWS
from colike.recommend.offer import Offer
from colike.recommend.scorers import Scorer
from colike.recommend.signed import SignedScorer
from colike.similarity.gram import gram_bytes, weighted_gram
from colike.similarity.margins import opinion_margins
from colike.sources.base import Fitted, Neighbours, WithoutDepth, Work
from colike.sources.jaccard import JACCARD
from colike.tables import Tables

EASE = "ease"
# Length of the lists that decide how many weights are kept.
K = 10
GIB = 1 << 30
# What an edge takes on the driver while edges are sorted.
EDGE_BYTES = 48


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
            UnfitError: The catalogue's weights need more memory than the config allows.
            ConfigError: The regularization is too small.
        """
        is_small = gram_bytes(work.catalogue.size) <= self.settings.memory * GIB
        solution = self._whole(work) if is_small else self._in_blocks(work)
        held, catalogue = work.held, work.catalogue
        figures = {**solution.figures, "ease.validation_users": (float(len(held)), "users")}
        for keep in solution.keep:
            edges = solution.edges(keep)
            recall = self._recall(work, edges)
            figures[f"{EASE}.recall.{keep}"] = (recall, "recall")
            # Without validation likes nothing speaks for fewer.
            if len(held) and recall >= (1 - self.settings.loss) * solution.recall:
                break
        figures[f"{EASE}.kept"] = (float(keep), "weights/item")
        spark = work.tables.read("items").sparkSession
        return Neighbours(edges_frame(spark, catalogue.ids, edges, work.ids), figures)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where it has not been fitted."""
        return fit_signed(tables, self.name, catalogue, self.worth)

    def _whole(self, work: Work) -> "Solution":
        """Return all weights, solved at once on the driver."""
        catalogue, own = work.catalogue, self.settings
        ratings = train_opinions(work.tables.read("user_history"))
        gram = weighted_gram(ratings, catalogue.size, self._rated.tolist())
        fit = solved(gram.inputs, gram.targets, catalogue.likes, own.regularization, own.dropout)
        whole = work.held.recall_of_weights(fit.weights, self.worth, min(K, catalogue.size))
        least = cuts(fit.weights, own.keep)
        return Solution(
            sorted(own.keep),
            lambda keep: kept(fit.weights, least[keep], catalogue.order),
            whole,
            {f"{EASE}.residual": (fit.residual, ""), f"{EASE}.recall.all": (whole, "recall")},
        )

    def _in_blocks(self, work: Work) -> "Solution":
        """Return the largest weights of a catalogue that is too large to be solved at once."""
        catalogue, own = work.catalogue, self.settings
        ratings = train_opinions(work.tables.read("user_history"))
        is_rated = opinion_margins(ratings, catalogue.size).any(axis=0)
        keep = self._affordable(int(is_rated.sum()))
        near, rated = work.graph(JACCARD, catalogue.ids), catalogue.popular_within(is_rated).popular
        blocks = blocks_of(near.indptr, near.items, near.weights, rated, own.block_items)
        fit = BlockFit(self._rated.tolist(), own.regularization, own.dropout, keep[-1])
        found = solved_in_blocks(ratings, blocks, catalogue.likes, fit)
        edges = partial(largest, found.owners, found.items, found.weights, order=catalogue.order)
        return Solution(
            keep,
            lambda number: edges(keep=number),
            self._recall(work, edges(keep=keep[-1])),
            {
                f"{EASE}.residual": (found.residual, ""),
                f"{EASE}.blocks": (float(len(blocks)), "blocks"),
            },
        )

    @property
    def _rated(self) -> Doubles:
        return self.worth[[LIKES, PASSIVES, DETRACTORS]]

    def _recall(self, work: Work, edges: Edges) -> float:
        graph = _graph(edges, work.catalogue)
        return work.held.recall(SignedScorer(work.catalogue, graph, self.worth, K))

    def _affordable(self, items: int) -> list[int]:
        """Return the numbers of weights that the driver can hold, ascending."""
        most = self.settings.memory * GIB / (2 * EDGE_BYTES * max(items, 1))
        found = [keep for keep in sorted(self.settings.keep) if keep <= most]
        if not found:
            least = min(self.settings.keep)
            raise UnfitError(
                f"{least} weights of each of {items:,} items need "
                f"{2 * EDGE_BYTES * items * least / GIB:.1f} GiB, above sources.ease.memory = "
                f"{self.settings.memory:g}"
            )
        return found


@dataclass(frozen=True)
class Solution:
    """The weights, however they were solved.

    Attributes:
        keep: How many of each item may stay, ascending.
        edges: Returns the largest: so many of each item, and towards each item.
        recall: The validation recall of all that there are.
        figures: By name, with units.
    """

    keep: list[int]
    edges: Callable[[int], Edges]
    recall: float
    figures: dict[str, tuple[float, str]]


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
