"""Source `ranker`: hybrid's best for a user, in the order of what a rating is expected to be worth.

Two models of boosted trees say how likely a candidate is to be rated, and what a rating of it is
worth. They are fitted on validation ratings of the users that things are chosen on, in job
neighbours, and kept in table rankers; where lists are made they are only applied.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Doubles, fingerprint
from colike.config.recommend import RecommendConfig
from colike.config.sources import RankerConfig, RatingScale
from colike.data.history import train_opinions
from colike.data.splits import validation_ratings
from colike.errors import StoreError, UnfitError
from colike.recommend.catalogue import Catalogue
from colike.recommend.expected import Examples, Fit
from colike.recommend.features import Features
from colike.recommend.graph import NeighbourGraph, collect_graph
from colike.recommend.held import HeldRatings
from colike.recommend.offer import Offer
from colike.recommend.ranked import Expectation, RankedScorer
from colike.recommend.scorers import Scorer
from colike.recommend.signed import SignedScorer
from colike.recommend.trees import Trees
from colike.similarity.margins import opinion_margins
from colike.sources.base import Fitted, Neighbours, WithoutDepth, Work
from colike.sources.ease import EASE, K
from colike.sources.hybrid import HYBRID, Hybrid
from colike.sources.jaccard import JACCARD
from colike.tables import Tables

RANKER = "ranker"
RATED, WORTH = "rated", "worth"
PARTS = (RATED, WORTH)


@dataclass(frozen=True)
class Ranking:
    """Where candidates come from, by name, and what describes them."""

    first: str
    graph: NeighbourGraph
    features: Features


@dataclass(frozen=True)
class FittedRanker(WithoutDepth):
    """The graph of the candidates, what opinions weigh in it, and what is expected of them."""

    name: str
    graph: NeighbourGraph
    worth: Doubles
    features: Features
    expectation: Expectation
    candidates: int

    @property
    def fingerprint(self) -> str:
        """Hash of the graphs, the trees, and the number of candidates."""
        graphs = [self.graph, *(graph for _, graph in self.features.parts)]
        arrays = [part for one in graphs for part in (one.indptr, one.items, one.weights)]
        texts = np.array([self.expectation.rated.text, self.expectation.worth.text])
        depth = np.array([self.candidates])
        return fingerprint(*arrays, self.worth, self.features.raters, depth, texts)

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what ranks the candidates; lists longer than these have as many candidates."""
        graph, depth = self.graph.towards(offer.may), max(self.candidates, k)
        candidates = SignedScorer(offer.catalogue, graph, self.worth, depth)
        return RankedScorer(candidates, self.features, self.expectation, k)


@dataclass(frozen=True)
class Ranker:
    """Candidates of hybrid, ranked by what is expected of them."""

    settings: RankerConfig
    scale: RatingScale
    hybrid: Hybrid
    is_asked: bool
    name: str = RANKER
    has_weighted_reasons: bool = False

    def neighbours(self, work: Work) -> Neighbours | None:
        """Return what was learnt, and the neighbours that candidates come from.

        None where there are no candidates to learn from, or nobody asks for lists.

        Raises:
            UnfitError: There are no validation ratings to learn from.
            DependencyError: xgboost is not installed.
        """
        if not self.is_asked:
            return None
        history, items = work.tables.read("user_history"), work.tables.read("items")
        catalogue = work.catalogue
        ranking = self._ranking(lambda name: work.graph(name, catalogue.ids), work.tables)
        if ranking is None:
            return None
        ratings = validation_ratings(work.tables.read_or_empty("ratings"))
        held = HeldRatings.collect(history, ratings, items, self.settings.users)
        if not len(held):
            raise UnfitError("no user of those that things are chosen on has a validation rating")
        candidates = SignedScorer(
            catalogue.unfilled, ranking.graph, self.hybrid.ease.worth, self.settings.candidates
        )
        fit = Fit(held, candidates, ranking.features, self.settings, self.scale)
        examples = fit.examples()
        made = fit.expectation(examples)
        names = ranking.features.names
        trees = dict(zip(PARTS, (made.rated, made.worth), strict=True))
        figures = {
            f"{RANKER}.users": (float(len(held)), "users"),
            **(_measured(fit, examples, ranking.first) if work.is_measured else {}),
            **{
                f"{RANKER}.{part}.{name}": (share, "share of the gain")
                for part, one in trees.items()
                for name, share in one.importances(names).items()
            },
        }
        rows = [{C.PART: p, C.FEATURES: names, C.TREES: one.text} for p, one in trees.items()]
        # Whoever asks for its neighbours gets those that its candidates come from.
        return Neighbours(work.found[ranking.first].rows, figures, rows)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where it has not been fitted.

        Raises:
            StoreError: It was fitted on other features.
        """
        mine = tables.read_or_empty("rankers").where(F.col(C.SOURCE) == self.name).collect()
        rows = {row[C.PART]: row for row in mine}
        if not rows:
            return None
        neighbours = tables.read("item_neighbours")
        ranking = self._ranking(lambda name: collect_graph(neighbours, catalogue.ids, name), tables)
        if ranking is None or any(row[C.FEATURES] != ranking.features.names for row in mine):
            raise StoreError(
                "Table rankers was fitted on other features than item_neighbours has; run job "
                "neighbours again."
            )
        expectation = Expectation(*(Trees(rows[part][C.TREES]) for part in PARTS))
        return FittedRanker(
            self.name,
            ranking.graph,
            self.hybrid.ease.worth,
            ranking.features,
            expectation,
            self.settings.candidates,
        )

    def _ranking(
        self, graph_of_source: Callable[[str], NeighbourGraph], tables: Tables
    ) -> Ranking | None:
        """Return where candidates come from, None where neither hybrid nor ease is fitted."""
        names = (HYBRID, EASE, JACCARD, *self.hybrid.settings.texts)
        found = {name: graph for name in names if len((graph := graph_of_source(name)).items)}
        first = next((name for name in (HYBRID, EASE) if name in found), None)
        if first is None:
            return None
        text = [name for name in self.hybrid.settings.texts if name in found][:1]
        near = [(name, found[name]) for name in (JACCARD, *text) if name in found]
        nearest = [(f"{name}, nearest", graph.cut(self.settings.nearest)) for name, graph in near]
        parts = [(EASE, found[EASE]), *near, *nearest] if EASE in found else [*near, *nearest]
        history = train_opinions(tables.read("user_history"))
        raters = opinion_margins(history, len(found[first].indptr) - 1)
        return Ranking(first, found[first], Features(parts, raters))


def _measured(fit: Fit, examples: Examples, first: str) -> dict[str, tuple[float, str]]:
    """Return how good lists are in the order of the source that candidates are of, and ranked."""
    before, after = fit.across_users(examples, K)
    return {
        f"{RANKER}.recall.{first}": (before.recall, "recall"),
        f"{RANKER}.nps.{first}": (before.nps, "nps"),
        f"{RANKER}.recall": (after.recall, "recall"),
        f"{RANKER}.nps": (after.nps, "nps"),
    }
