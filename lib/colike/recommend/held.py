"""Validation users on the driver, to choose by: a bounded number, from the half for tuning."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse

from colike import columns as C
from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.ragged import picked, ragged
from colike.data.history import OPINIONS, for_tuning, of_history
from colike.data.splits import ValidationRatings
from colike.recommend.histories import ROWS, Histories
from colike.recommend.scorers import Scorer
from colike.recommend.tuning import recall_of

MOST_USERS = 5000
BLOCK = 512
HELD_RATINGS = "held_ratings"


@dataclass(frozen=True)
class HeldLikes:
    """Users' train histories, and their validation likes, of which each has one or more."""

    histories: Histories
    indptr: Longs
    likes: Ints

    @staticmethod
    def collect(history: DataFrame) -> "HeldLikes":
        """Return at most MOST_USERS users by hash, of those that things are chosen on."""
        held = F.col(C.LIKES_VALIDATION).alias(C.HELD)
        eligible = of_history(for_tuning(history), "train", held)
        batch = _first(eligible, MOST_USERS, {C.HELD: pa.int32()})
        return HeldLikes(Histories.of_batch(batch), *ragged(batch.column(C.HELD), np.int32))

    def __len__(self) -> int:
        """Return the number of users."""
        return len(self.histories)

    def looking_for(self, taken: Bools) -> "HeldLikes":
        """Return the users as if some items were new, and their likes of these to be found.

        Args:
            taken: By item_idx, whether an item is in no history any more.
        """
        histories = self.histories.without(taken)
        liked = self.histories.likes_among(taken)
        chosen = np.flatnonzero(np.diff(liked[0]))
        return HeldLikes(histories.chosen(chosen), *picked(*liked, chosen))

    def recall(self, scorer: Scorer) -> float:
        """Return the mean share of held likes that are in the users' lists."""
        return self._mean(scorer(self.histories).items)

    def recall_of_weights(self, weights: Floats, worth: Doubles, k: int) -> float:
        """Return the same of all weights between items, of which none is cut."""
        lists = [self._best(weights, worth, k, *block) for block in self.histories.blocks(BLOCK)]
        return self._mean(np.concatenate(lists))

    def _best(self, weights: Floats, worth: Doubles, k: int, start: int, end: int) -> Ints:
        mine = self.histories.of_users(start, end)
        sizes = np.diff(mine.indptr)
        factors = np.repeat(np.tile(worth, len(mine)), sizes).astype(np.float32)
        indptr = mine.indptr[::ROWS]
        ratings = sparse.csr_matrix((factors, mine.items, indptr), (len(mine), len(weights)))
        scores = np.asarray(ratings @ weights)
        scores[np.repeat(np.arange(len(mine)), np.diff(indptr)), mine.items] = -np.inf
        return np.argpartition(-scores, k - 1, axis=1)[:, :k].astype(np.int32)

    def _mean(self, lists: Ints) -> float:
        return float(recall_of(lists, self.indptr, self.likes).mean()) if len(self) else 0.0


@dataclass(frozen=True)
class HeldRatings:
    """Users' train histories, and their validation ratings on the data set's scale.

    User u rated `items[indptr[u]:indptr[u + 1]]`, which ascend. Users are in an order by hash.
    """

    histories: Histories
    indptr: Longs
    items: Ints
    ratings: Doubles

    @staticmethod
    def collect(
        history: DataFrame, ratings: ValidationRatings, items: DataFrame, most: int
    ) -> "HeldRatings":
        """Return at most so many users by hash, of those that things are chosen on.

        Args:
            history: Rows of user_history.
            ratings: Rows of ratings; users without any are left out.
            items: Rows of items.
            most: Number of users.
        """
        numbers = F.broadcast(items.select(C.ITEM_ID, C.ITEM_IDX))
        rated = F.struct(C.ITEM_IDX, C.RATING)
        held = ratings.join(numbers, on=C.ITEM_ID, how="inner").groupBy(C.USER_ID)
        pairs = held.agg(F.sort_array(F.collect_list(rated)).alias(C.HELD))
        eligible = of_history(for_tuning(history), "train").join(pairs, on=C.USER_ID, how="inner")
        columns = {C.HELD: F.col(C.HELD)[C.ITEM_IDX], HELD_RATINGS: F.col(C.HELD)[C.RATING]}
        batch = _first(
            eligible.withColumns(columns), most, {C.HELD: pa.int32(), HELD_RATINGS: pa.float64()}
        )
        return HeldRatings(
            Histories.of_batch(batch),
            *ragged(batch.column(C.HELD), np.int32),
            ragged(batch.column(HELD_RATINGS), np.float64)[1],
        )

    def __len__(self) -> int:
        """Return the number of users."""
        return len(self.histories)

    def of(self, lists: Ints, start: int = 0) -> Doubles:
        """Return the rating of each entry of lists of item_idx, nan where there is none.

        The first list is that of user `start`.
        """
        return ratings_of(lists, self.indptr[start:], self.items, self.ratings)


@compiled
def ratings_of(lists: Ints, indptr: Longs, items: Ints, ratings: Doubles) -> Doubles:
    """Return the rating of each entry of users' lists, nan where there is none.

    >>> lists, rated = np.array([[3, 1, -1]], np.int32), np.array([1, 2], np.int32)
    >>> ratings_of(lists, np.array([0, 2]), rated, np.array([8.0, 9.0])).tolist()
    [[nan, 8.0, nan]]
    """
    found = np.full(lists.shape, np.nan)
    for user in range(len(lists)):
        mine = items[indptr[user] : indptr[user + 1]]
        for place, item in enumerate(lists[user]):
            at = np.searchsorted(mine, item)
            if at < len(mine) and mine[at] == item:
                found[user, place] = ratings[indptr[user] + at]
    return found


def _first(users: DataFrame, most: int, held: dict[str, pa.DataType]) -> pa.RecordBatch:
    """Return at most so many users by hash: their opinions, and lists of the types `held`."""
    order = F.xxhash64(F.lit("held"), F.col(C.USER_ID).cast("string"))
    found = users.orderBy(order, C.USER_ID).limit(most).select(*OPINIONS, *held).toPandas()
    types = {**dict.fromkeys(OPINIONS, pa.int32()), **held}
    return pa.RecordBatch.from_pydict(
        {name: pa.array(found[name], pa.list_(kind)) for name, kind in types.items()}
    )
