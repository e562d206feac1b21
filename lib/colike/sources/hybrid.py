"""Source `hybrid`: what people like together and what items are about, as one graph.

Both parts add up weights over what a user has rated, so their sum is a graph too: EASE's weights,
and so much of each item's nearest items by text that new items are found as well. How much is
chosen on validation users, who look for held likes and for items that were taken out of everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.recommend import RecommendConfig
from colike.config.sources import HybridConfig
from colike.data.splits import below, train_likes
from colike.neighbours.frames import edges_frame
from colike.recommend.catalogue import Catalogue, collect_catalogue
from colike.recommend.graph import NeighbourGraph, collect_graph, graph_of
from colike.recommend.held import HeldLikes
from colike.recommend.signed import SignedScorer
from colike.sources.base import Fitted, Neighbours, Work
from colike.sources.ease import EASE, Ease, FittedEase, K
from colike.tables import Tables

HYBRID = "hybrid"
# Share of the items that are taken out, to see how new ones are found.
TAKEN_OUT = 0.1


@dataclass(frozen=True)
class Trial:
    """A share of the text part, and the recall of held likes and of items taken out."""

    share: float
    seen: float
    unseen: float


@dataclass(frozen=True)
class Hybrid:
    """EASE and the nearest items by text, added up."""

    settings: HybridConfig
    ease: Ease
    name: str = HYBRID
    has_weighted_reasons: bool = False

    def neighbours(self, work: Work) -> Neighbours | None:
        """Return the edges of both parts, added up; None until both are there."""
        text = next((name for name in self.settings.texts if name in work.found), None)
        if text is None or EASE not in work.found:
            return None
        history, items = work.tables.read("user_history"), work.tables.read("items")
        catalogue = collect_catalogue(items, train_likes(history))
        known = graph_of(work.found[EASE].rows, catalogue.ids)
        near = graph_of(work.found[text].rows, catalogue.ids).cut(self.settings.neighbours)
        held = HeldLikes.collect(history)
        near = near.scaled(self._scale(held, catalogue, known, near))
        taken = _taken_out(work)
        trials = list(self._trials(held, catalogue, known, near, taken))
        chosen = max(trials, key=lambda trial: self._worth(trial, trials))
        edges = known.plus(near.scaled(chosen.share)).as_edges(catalogue.order)
        figures = {
            f"{HYBRID}.share": (chosen.share, f"of {text}"),
            **{f"{HYBRID}.seen.{one.share:g}": (one.seen, "recall") for one in trials},
            **{f"{HYBRID}.unseen.{one.share:g}": (one.unseen, "recall") for one in trials},
        }
        rows = edges_frame(history.sparkSession, catalogue.ids, edges, work.ids)
        return Neighbours(rows, figures)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where it has not been fitted."""
        graph = collect_graph(tables.read("item_neighbours"), catalogue.ids, self.name)
        return FittedEase(self.name, graph, self.ease.worth) if len(graph.items) else None

    def _scale(
        self, held: HeldLikes, catalogue: Catalogue, known: NeighbourGraph, near: NeighbourGraph
    ) -> float:
        """Return what makes the listed scores of both parts equal in the mean."""
        means = []
        for graph in (known, near):
            lists = self._scorer(catalogue, graph)(held.histories)
            scored = lists.scores[(lists.items >= 0) & ~lists.fallback]
            means.append(float(scored.mean()) if len(scored) else 0.0)
        return means[0] / means[1] if means[1] else 0.0

    def _trials(
        self,
        held: HeldLikes,
        catalogue: Catalogue,
        known: NeighbourGraph,
        near: NeighbourGraph,
        taken: Bools,
    ) -> Iterator[Trial]:
        """Yield the recall of each share; what is taken out is in no history and has no EASE."""
        without, new = known.within(~taken), held.looking_for(taken)
        for share in sorted({0.0, *self.settings.shares}):
            part = near.scaled(share)
            yield Trial(
                share,
                held.recall(self._scorer(catalogue, known.plus(part))),
                new.recall(self._scorer(catalogue, without.plus(part))),
            )

    def _scorer(self, catalogue: Catalogue, graph: NeighbourGraph) -> SignedScorer:
        nothing_popular = catalogue.popular_within(np.zeros(catalogue.size, np.bool_))
        return SignedScorer(nothing_popular, graph, self.ease.worth, K)

    def _worth(self, trial: Trial, trials: list[Trial]) -> float:
        """Return how good a trial is: both recalls beside their best, by the dial `unseen`."""
        seen, unseen = (max(getattr(one, key) for one in trials) for key in ("seen", "unseen"))
        dial = self.settings.unseen
        return (1 - dial) * trial.seen / (seen or 1) + dial * trial.unseen / (unseen or 1)


def _taken_out(work: Work) -> Bools:
    """Return, by item_idx, which items are taken out to see how new ones are found."""
    taken = below(TAKEN_OUT, "taken out", F.col(C.ITEM_ID).cast("string"))
    rows = work.tables.read("items").select(C.ITEM_IDX, taken.alias("taken")).toPandas()
    return np.asarray(rows.sort_values(C.ITEM_IDX)["taken"].to_numpy(np.bool_))
