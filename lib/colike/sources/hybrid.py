"""Source `hybrid`: what people like together and what items are about, as one graph.

Both parts add up weights over what a user has rated, so their sum is a graph too. Two shares of
the text are chosen on validation users: one in the scores of items with likes, where it helps EASE,
and a larger one in those of items without, which EASE cannot score. So new items are found, and
text does not take the place of what people know.
"""

from dataclasses import dataclass, replace

import numpy as np
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.recommend import RecommendConfig
from colike.config.sources import HybridConfig
from colike.data.splits import below
from colike.neighbours.frames import edges_frame
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.held import HeldLikes
from colike.recommend.signed import SignedScorer
from colike.sources.base import Fitted, Neighbours, Work
from colike.sources.ease import EASE, Ease, K, fit_signed
from colike.tables import Tables

HYBRID = "hybrid"
# Share of the items that are taken out, to see how new ones are found.
TAKEN_OUT = 0.1


@dataclass(frozen=True)
class Parts:
    """What is added up: EASE's weights, and the nearest items by text; and which items are known.

    `near` is scaled so that the listed scores of both are equal in the mean.
    """

    catalogue: Catalogue
    known: NeighbourGraph
    near: NeighbourGraph
    is_known: Bools

    def without(self, taken: Bools) -> "Parts":
        """Return the parts as if some items had never been rated."""
        return replace(self, known=self.known.within(~taken), is_known=self.is_known & ~taken)

    def graph(self, share: float, unseen_share: float) -> NeighbourGraph:
        """Return the sum, with these shares of the text in the scores of known and unseen items."""
        return self.known.plus(self.near.weighed(np.where(self.is_known, share, unseen_share)))


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
        history = work.tables.read("user_history")
        held, parts = work.held, self._parts(work, text)
        catalogue = parts.catalogue
        known = [Trial(share, self._recall(held, parts, share, share), 0.0)
                 for share in self.settings.shares]  # fmt: skip
        share = max(known, key=lambda trial: (trial.seen, -trial.share)).share
        new = self._unseen_trials(parts, held, share, _taken_out(work))
        unseen_share = self._chosen(new, max(trial.seen for trial in known)).share
        edges = parts.graph(share, unseen_share).as_edges(catalogue.order)
        figures = {
            f"{HYBRID}.share": (share, f"of {text}"),
            f"{HYBRID}.unseen_share": (unseen_share, f"of {text}"),
            **{f"{HYBRID}.recall.{one.share:g}": (one.seen, "recall") for one in known},
            **{f"{HYBRID}.recall.unseen_share.{one.share:g}": (one.seen, "recall") for one in new},
            **{f"{HYBRID}.unseen_recall.{one.share:g}": (one.unseen, "recall") for one in new},
        }
        rows = edges_frame(history.sparkSession, catalogue.ids, edges, work.ids)
        return Neighbours(rows, figures)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where it has not been fitted."""
        return fit_signed(tables, self.name, catalogue, self.ease.worth)

    def _parts(self, work: Work, text: str) -> Parts:
        catalogue = work.catalogue
        known = work.graph(EASE, catalogue.ids)
        near = work.graph(text, catalogue.ids).cut(self.settings.neighbours)
        means = []
        for graph in (known, near):
            lists = self._scorer(catalogue, graph)(work.held.histories)
            scored = lists.scores[lists.are_scored]
            means.append(float(scored.mean()) if len(scored) else 0.0)
        scale = means[0] / means[1] if means[1] else 0.0
        near = near.weighed(np.full(catalogue.size, scale))
        return Parts(catalogue, known, near, catalogue.likes > 0)

    def _unseen_trials(
        self, parts: Parts, held: HeldLikes, share: float, taken: Bools
    ) -> list[Trial]:
        """Return the recall of each share of unseen items; those taken out count among them."""
        without, new = parts.without(taken), held.looking_for(taken)
        return [
            Trial(
                unseen_share,
                self._recall(held, parts, share, unseen_share),
                self._recall(new, without, share, unseen_share),
            )
            for unseen_share in sorted({0.0, *self.settings.unseen_shares})
        ]

    def _chosen(self, trials: list[Trial], best: float) -> Trial:
        """Return the trial that finds most unseen items for what may be given up."""
        least = (1 - self.settings.unseen) * best
        affordable = [trial for trial in trials if trial.seen >= least] or trials[:1]
        return max(affordable, key=lambda trial: (trial.unseen, -trial.share))

    def _recall(self, held: HeldLikes, parts: Parts, share: float, unseen_share: float) -> float:
        return held.recall(self._scorer(parts.catalogue, parts.graph(share, unseen_share)))

    def _scorer(self, catalogue: Catalogue, graph: NeighbourGraph) -> SignedScorer:
        return SignedScorer(catalogue.unfilled, graph, self.ease.worth, K)


def _taken_out(work: Work) -> Bools:
    """Return, by item_idx, which items are taken out to see how new ones are found."""
    taken = below(TAKEN_OUT, "taken out", F.col(C.ITEM_ID).cast("string"))
    rows = work.tables.read("items").select(C.ITEM_IDX, taken.alias("taken")).toPandas()
    return np.asarray(rows.sort_values(C.ITEM_IDX)["taken"].to_numpy(np.bool_))
