"""Factor sources: a user's vector solves least squares on fixed item factors.

Of a user with n likes, whose factors are the rows of Y_u (Hu, Koren and Volinsky, 2008):

    x = (Y'Y + alpha Y_u'Y_u + lambda n I)^-1 Y_u'1 (1 + alpha)

An item's score is y'x, and what a like adds to it (1 + alpha) y' (...)^-1 y_like: the parts add up
to the score. So any history can be scored, whether or not it was fitted on.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.blas import dsyrk
from scipy.linalg.lapack import dpotrf, dpotrs

from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.topk import dot, insert
from colike.errors import ConfigError
from colike.recommend.catalogue import Catalogue
from colike.recommend.histories import LIKES, ROWS, Histories
from colike.recommend.kernel import BECAUSE_PARTS, empty_lists, fill_unseen
from colike.recommend.lists import Lists
from colike.recommend.vectors import CELLS, largest_unseen


@dataclass(frozen=True)
class Folded:
    """A user: the factors of what the user likes, and the factorised left side of the equation."""

    likes: Ints
    own: Doubles
    cholesky: Doubles
    weight: float

    @property
    def vector(self) -> Doubles:
        """The user's vector."""
        return self.solved(self.own.sum(axis=0)) * self.weight

    def parts(self, factors: Doubles) -> Doubles:
        """Return what each like adds to the scores of items: items x likes."""
        return np.asarray(self.solved(factors.T).T @ self.own.T) * self.weight

    def solved(self, right: Doubles) -> Doubles:
        """Return the solution of the equation for one or several right sides."""
        return np.asarray(dpotrs(self.cholesky, right, lower=1)[0])


@dataclass(frozen=True)
class FactorScorer:
    """Ranks items by the product of their factors with the user's vector, folded in from likes.

    Attributes:
        catalogue: The items.
        factors: By item_idx, zeros where an item has none.
        may: Which items may be recommended.
        alpha: How much more a like weighs than what is unknown.
        regularization: Lambda of each like.
        margin: How many more candidates than k are rescored.
        k: Length of the lists.
    """

    catalogue: Catalogue
    factors: Floats
    may: Bools
    alpha: float
    regularization: float
    margin: int
    k: int

    @cached_property
    def gram(self) -> Doubles:
        """Y'Y of all items; the upper half is not used."""
        return np.asarray(dsyrk(1, self.factors.astype(np.float64), trans=1, lower=1))

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        size = max(1, CELLS // self.catalogue.size)
        blocks = [self._lists(histories.of_users(*block)) for block in histories.blocks(size)]
        return Lists.joined(blocks)

    def folded(self, likes: Ints) -> Folded | None:
        """Return a user by likes; None where no factors are known of any.

        Raises:
            ConfigError: Rounding has left the equation without a solution.
        """
        known = likes[self.factors[likes].any(axis=1)]
        if not len(known):
            return None
        own = self.factors[known].astype(np.float64)
        left = dsyrk(self.alpha, own, beta=1, c=self.gram, trans=1, lower=1)
        diagonal = np.arange(len(left))
        left[diagonal, diagonal] += self.regularization * len(known)
        cholesky, failed = dpotrf(left, lower=1, overwrite_a=1)
        if failed:
            raise ConfigError(
                f"sources.als.regularization = {self.regularization:g} is too small to fold users "
                "in; raise it tenfold."
            )
        return Folded(known, own, cholesky, 1 + self.alpha)

    def _lists(self, histories: Histories) -> Lists:
        rows, items = histories.indptr, histories.items
        users = [
            self.folded(items[rows[ROWS * user + LIKES] : rows[ROWS * user + LIKES + 1]])
            for user in range(len(histories))
        ]
        nothing = np.zeros(self.factors.shape[1])
        vectors = np.stack([nothing if one is None else one.vector for one in users])
        product = vectors.astype(np.float32) @ self.factors.T
        wanted = min(self.k + self.margin, self.catalogue.size)
        candidates = largest_unseen(product, rows, items, self.may, wanted)
        catalogue = self.catalogue
        lists = Lists(
            *best_of(rows, items, vectors, candidates, self.factors, catalogue.popular,
                     catalogue.order, self.k)
        )  # fmt: skip
        for user, one in enumerate(users):
            if one is not None:
                self._explain(lists, user, one)
        return lists

    def _explain(self, lists: Lists, user: int, folded: Folded) -> None:
        listed = np.flatnonzero((lists.items[user] >= 0) & ~lists.fallback[user])
        parts = folded.parts(self.factors[lists.items[user, listed]].astype(np.float64))
        lists.supports[user, listed] = (parts > 0).sum(axis=1)
        largest(folded.likes, parts, self.catalogue.order, listed, lists.because[user],
                lists.parts[user])  # fmt: skip


@compiled
def best_of(
    rows: Longs, history: Ints, vectors: Doubles, candidates: Ints,
    factors: Floats, popular: Ints, order: Ints, k: int,
) -> tuple[Ints, Doubles, Ints, Ints, Doubles, Bools]:  # fmt: skip
    """Return the arrays of Lists without reasons: each user's k best candidates, then popular ones.

    A user without a vector has popular items alone.
    """
    users = len(vectors)
    best, scores, supports, because, parts, fallback = empty_lists(users, k)
    taken = np.zeros(len(order), np.bool_)
    for user in range(users):
        known = history[rows[ROWS * user] : rows[ROWS * (user + 1)]]
        filled = 0
        for item in candidates[user]:
            if item >= 0 and vectors[user].any():
                score = dot(vectors[user], factors[item])
                filled = insert(scores[user], best[user], filled, score, item, order)
        fill_unseen(popular, known, taken, best[user], fallback[user], filled)
    return best, scores, supports, because, parts, fallback


@compiled
def largest(
    likes: Ints, parts: Doubles, order: Ints, slots: Longs, because: Ints, largest_parts: Doubles
) -> None:
    """Fill in the likes that add most to the item of each slot; `parts` is slots x likes."""
    for at in range(len(slots)):
        slot, filled = slots[at], 0
        for like in range(len(likes)):
            part = parts[at, like]
            if part > 0 and (filled < BECAUSE_PARTS or part >= largest_parts[slot, filled - 1]):
                filled = insert(
                    largest_parts[slot], because[slot], filled, part, likes[like], order
                )
