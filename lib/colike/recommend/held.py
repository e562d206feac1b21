"""Validation users on the driver, to choose by: a bounded number, from the half for tuning."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse

from colike import columns as C
from colike.compute.arrays import Bools, Doubles, Floats, Ints, Longs
from colike.compute.ragged import picked, ragged
from colike.data.history import OPINIONS, for_tuning, of_history
from colike.recommend.histories import ROWS, Histories
from colike.recommend.scorers import Scorer
from colike.recommend.tuning import recall_of

MOST_USERS = 5000
BLOCK = 512


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
        order = F.xxhash64(F.lit("held"), F.col(C.USER_ID).cast("string"))
        rows = eligible.orderBy(order, C.USER_ID).limit(MOST_USERS).select(*OPINIONS, C.HELD)
        found = rows.toPandas()
        batch = pa.RecordBatch.from_pydict(
            {name: pa.array(found[name], pa.list_(pa.int32())) for name in found}
        )
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
