"""Ranks the candidates of another scorer by what two models expect of them."""

from dataclasses import dataclass, replace

import numpy as np

from colike.compute.arrays import Doubles, Floats, Ints
from colike.recommend.catalogue import Catalogue
from colike.recommend.features import Features
from colike.recommend.histories import Histories
from colike.recommend.lists import Lists
from colike.recommend.scorers import Scorer
from colike.recommend.trees import Trees

# Users whose candidates are described at once: some 10 MB of features.
USERS = 256


@dataclass(frozen=True)
class Expectation:
    """How likely a candidate is to be rated, and what a rating of it is worth in the mean."""

    rated: Trees
    worth: Trees

    def __call__(self, features: Floats) -> Doubles:
        """Return the product of both, for features of any shape but for the last axis."""
        rows = features.reshape(-1, features.shape[-1])
        made = self.rated(rows).astype(np.float64) * self.worth(rows)
        return np.asarray(made.reshape(features.shape[:-1]))


@dataclass(frozen=True)
class RankedScorer:
    """Lists the candidates that are expected to be worth most.

    Reasons, and how many there are, stay those of the candidates' scorer. What it has filled up
    from the popular list is not ranked, and follows.

    Attributes:
        candidates: Makes a list of candidates for each user, not shorter than k.
        features: Describes them.
        expectation: Says what they are worth.
        k: Length of the lists.
    """

    candidates: Scorer
    features: Features
    expectation: Expectation
    k: int

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the candidates' scorer."""
        return self.candidates.catalogue

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        blocks = [self._lists(histories.of_users(*block)) for block in histories.blocks(USERS)]
        return Lists.joined(blocks)

    def _lists(self, histories: Histories) -> Lists:
        found = self.candidates(histories)
        scores = self.expectation(self.features(histories, found))
        return ranked(found, scores, self.catalogue.order, self.k)


def ranked(found: Lists, scores: Doubles, order: Ints, k: int) -> Lists:
    """Return the best k of each list by other scores, then by rank of the id.

    Fallbacks keep their score and order, and follow all others.
    """
    counts = found.are_scored
    scores = np.where(counts, scores, found.scores)
    place = np.broadcast_to(np.arange(scores.shape[1], dtype=np.float64), scores.shape)
    ties = order[np.maximum(found.items, 0)]
    by_worth = np.lexsort((ties, np.where(counts, -scores, place), ~counts), axis=-1)
    return replace(found, scores=scores).picked(by_worth[:, :k])
