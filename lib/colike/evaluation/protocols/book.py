"""The book's protocol: k is both the number of neighbours per item and the length of the list."""

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.data.history import of_history
from colike.evaluation.lists import as_lists
from colike.recommend.catalogue import Catalogue
from colike.recommend.scorers import NeighbourScorer
from colike.recommend.scoring import recommend_all
from colike.recommend.sources import LoadedSource
from colike.tables.contracts import IdTypes


def book_lists(
    history: DataFrame,
    items: DataFrame,
    source: LoadedSource,
    catalogue: Catalogue,
    within: Bools,
    aggregate: str,
    k: int,
    ids: IdTypes,
) -> DataFrame:
    """Return a source's lists, made as the book makes them and in the form of `as_lists`.

    Items outside `within` (those without a synopsis row) neither lead to others nor are
    recommended. Nothing is filled in from the popular list.
    """
    graph = source.graph.within(within).cut(k)
    nothing_popular = catalogue.popular_within(np.zeros_like(within))
    scorer = NeighbourScorer(nothing_popular, graph, aggregate, k)
    known = {"known": of_history(history, "known")}
    rows = recommend_all(known, scorer, ids)["known"]
    return as_lists(rows.select(F.lit(source.name).alias(C.SOURCE), "*"), items)


def short_titles(source: LoadedSource, within: Bools, k: int) -> int:
    """Return how many items keep fewer than k neighbours within, so that lists may be inexact."""
    graph = source.graph.within(within)
    sizes = graph.indptr[1:] - graph.indptr[:-1]
    return int(((sizes < k) & within).sum())
