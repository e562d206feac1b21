"""The book's protocol: one k is both neighbours_per_item and the length of the list."""

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.recommend import RecommendConfig
from colike.data.history import of_history
from colike.evaluation.lists import as_lists
from colike.recommend.catalogue import Catalogue
from colike.recommend.offer import Offer
from colike.recommend.scoring import recommend_all
from colike.sources.base import Fitted
from colike.tables import IdTypes

HISTORY = "known"


def book_offer(catalogue: Catalogue, described: Bools, settings: RecommendConfig) -> Offer:
    """Return the offer of the described items, from which nothing is filled up."""
    return Offer(catalogue.unfilled, described, np.zeros((0, 0), np.float32), settings)


def book_lists(
    history: DataFrame, items: DataFrame, source: Fitted, offer: Offer, k: int, ids: IdTypes
) -> DataFrame:
    """Return a source's lists as `as_lists` gives them, run as the book runs its engine.

    Args:
        history: Rows of user_history.
        items: Rows of items.
        source: A source within the described items: the others neither lead to items nor are
            recommended.
        offer: What `book_offer` returns.
        k: Neighbours of each liked item, and length of the lists.
        ids: Types of the ids.
    """
    scorer = source.scorer(offer, k, k)
    rows = recommend_all({HISTORY: of_history(history, HISTORY)}, scorer, ids)[HISTORY]
    return as_lists(rows.select(F.lit(source.name).alias(C.SOURCE), "*"), items)
