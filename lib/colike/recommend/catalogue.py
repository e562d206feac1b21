"""What scoring needs to know about the items: ids, order of ties, popularity."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools, Ints, Longs
from colike.data.ids import item_ids, ranks_of
from colike.data.splits import TrainLikes
from colike.similarity.margins import dense_margins, item_likes

#: Item ids by item_idx, whole numbers or texts.
Ids = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Catalogue:
    """Items by item_idx: ids, ranks by id, and train likes; and item_idx by popularity."""

    ids: Ids
    order: Ints
    likes: Longs
    popular: Ints

    @property
    def size(self) -> int:
        """Number of items."""
        return len(self.ids)

    @property
    def unfilled(self) -> "Catalogue":
        """The catalogue without a popular list, so that nothing is filled up from it."""
        return self.popular_within(np.zeros(self.size, np.bool_))

    def popular_within(self, allowed: Bools) -> "Catalogue":
        """Return the catalogue with only the allowed items in its popular list."""
        return replace(self, popular=self.popular[allowed[self.popular]])


def collect_catalogue(items: DataFrame, likes: TrainLikes) -> Catalogue:
    """Return the catalogue on the driver: O(items) numbers.

    Popularity is by train likes, then item id.
    """
    ids = item_ids(items)
    order = ranks_of(ids)
    counts = dense_margins(item_likes(likes), len(ids))
    popular = np.lexsort((order, -counts)).astype(np.int32)
    return Catalogue(ids, order, counts, popular)


def described(items: DataFrame) -> Bools:
    """Return, by item_idx, whether the synopsis file has a row for the item.

    In a data set without synopses, every item counts as having one.
    """
    frame = items.select(C.ITEM_IDX, F.col(C.SYNOPSIS).isNotNull().alias("has")).toPandas()
    has = frame.sort_values(C.ITEM_IDX)["has"].to_numpy(np.bool_)
    return has if has.any() else np.ones_like(has)
