"""Fits what a ranker expects of candidates, on validation ratings, and measures it across users.

Two models, because ratings are few: one says whether a candidate is rated at all, from all
candidates, the other what a rating is worth, from those that are rated. Gains and losses weigh
nothing in the first, so that they turn the second alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.ragged import picked
from colike.config.sources import GainsConfig, RankerConfig, RatingScale
from colike.errors import UnfitError
from colike.recommend.features import Features
from colike.recommend.held import HeldRatings
from colike.recommend.lists import Lists
from colike.recommend.ranked import USERS, Expectation, ranked
from colike.recommend.scorers import Scorer
from colike.recommend.trees import CHANCE, MEAN, fitted_trees
from colike.recommend.tuning import recall_of


@dataclass(frozen=True)
class Examples:
    """Candidates that a ranker is fitted on: what is known of each, and its rating.

    Attributes:
        features: Candidates x features.
        ratings: On the data set's scale, nan where there is none.
        weights: How many candidates each stands for.
        users: Number of the user.
    """

    features: Floats
    ratings: Doubles
    weights: Doubles
    users: Longs

    def of(self, chosen: Bools) -> "Examples":
        """Return some of the examples."""
        return Examples(
            self.features[chosen], self.ratings[chosen], self.weights[chosen], self.users[chosen]
        )


@dataclass(frozen=True)
class Measured:
    """Lists of the best k: mean share of users' held likes in them, and NPS of what was rated."""

    recall: float
    nps: float


@dataclass(frozen=True)
class Fit:
    """Everything that a ranker is fitted with.

    Attributes:
        held: The users, by hash, and their validation ratings.
        candidates: Makes their candidates, from history train.
        features: Describes these.
        settings: Section sources.ranker.
        scale: Where opinions begin on the data set's scale.
    """

    held: HeldRatings
    candidates: Scorer
    features: Features
    settings: RankerConfig
    scale: RatingScale

    def blocks(self) -> Iterator[tuple[int, Lists, Floats]]:
        """Yield blocks of users: the first one's number, their candidates, and the features."""
        for start, end in self.held.histories.blocks(USERS):
            mine = self.held.histories.of_users(start, end)
            found = self.candidates(mine)
            yield start, found, self.features(mine, found)

    def examples(self) -> Examples:
        """Return all rated candidates, and a share of the others.

        Raises:
            UnfitError: None is rated.
        """
        draws = np.random.default_rng(self.settings.rated.seed)
        parts = [self._drawn(draws, *block) for block in self.blocks()]
        names = ("features", "ratings", "weights", "users")
        made = Examples(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))
        if np.isnan(made.ratings).all():
            raise UnfitError("none of the validation ratings is of a candidate")
        return made

    def _drawn(
        self, draws: np.random.Generator, start: int, found: Lists, features: Floats
    ) -> Examples:
        ratings, share = self.held.of(found.items, start), self.settings.unrated
        has = ~np.isnan(ratings)
        kept = found.are_scored & (has | (draws.random(has.shape) < share))
        users = start + np.nonzero(kept)[0]
        return Examples(features[kept], ratings[kept], np.where(has[kept], 1, 1 / share), users)

    def expectation(self, examples: Examples) -> Expectation:
        """Return what is fitted on examples, of which one or more are rated.

        Raises:
            DependencyError: xgboost is not installed.
        """
        own, has = self.settings, ~np.isnan(examples.ratings)
        rated = fitted_trees(
            examples.features, has.astype(np.float64), examples.weights, CHANCE, own.rated
        )
        gains = worth(examples.ratings[has], own.gains, self.scale)
        some = np.ones(len(gains))
        return Expectation(
            rated, fitted_trees(examples.features[has], gains, some, MEAN, own.worth)
        )

    def across_users(self, examples: Examples, k: int) -> tuple[Measured, Measured]:
        """Return how good lists are in the candidates' own order, and ranked.

        Each part of the users is ranked by what was fitted on the others.
        """
        folds = self.settings.folds
        models = [self.expectation(examples.of(examples.users % folds != f)) for f in range(folds)]
        before, after = [], []
        order = self.candidates.catalogue.order
        for start, found, features in self.blocks():
            fold = (start + np.arange(len(features))) % folds
            scores = np.zeros(features.shape[:2])
            for number, model in enumerate(models):
                scores[fold == number] = model(features[fold == number])
            before.append(found.items[:, :k])
            after.append(ranked(found, scores, order, k).items)
        return self._measured(before), self._measured(after)

    def _measured(self, lists: list[Ints]) -> Measured:
        items = np.concatenate(lists)
        liked = self.held.ratings >= self.scale.like_at_least
        indptr = np.concatenate([[0], np.cumsum(liked)])[self.held.indptr]
        eligible = np.flatnonzero(np.diff(indptr))
        likes = picked(indptr, self.held.items[liked], eligible)
        recall = recall_of(items[eligible], *likes)
        found = self.held.of(items)
        found = found[~np.isnan(found)]
        promoters = (found >= self.scale.like_at_least).sum()
        detractors = (found <= self.scale.detractor_at_most).sum()
        return Measured(
            float(recall.sum() / max(len(recall), 1)),
            float((promoters - detractors) / max(len(found), 1)),
        )


def worth(ratings: Doubles, gains: GainsConfig, scale: RatingScale) -> Doubles:
    """Return what ratings on the data set's scale are worth."""
    are = [ratings >= scale.highest, ratings >= scale.like_at_least,
           ratings <= scale.detractor_at_most]  # fmt: skip
    return np.select(are, [gains.highest, gains.likes, gains.detractors], gains.passives)
