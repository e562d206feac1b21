"""Whose lists must be made again, after histories, items or neighbours have changed.

A list depends on the user's history, the neighbours of the liked items that are looked at, what
may be recommended, and, where it is filled up, the popular order. Everything else was the same,
or `Job.before` finds no run to count on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from colike import columns as C
from colike.compute.arrays import Bools
from colike.data.history import of_history
from colike.recommend.graph import NeighbourGraph
from colike.recommend.histories import Histories

# Beyond this share of the users it is less work to score all.
LARGEST_SHARE = 0.5


@dataclass(frozen=True)
class Changed:
    """What changed for all sources since the last lists.

    `users` are the user_id of changed, new and gone histories; None for none. `offer` says
    whether other items, or another number of them, may be recommended.
    """

    users: DataFrame | None
    offer: bool


def changed_owners(before: NeighbourGraph, now: NeighbourGraph) -> Bools:
    """Return, by item_idx of `now`, whether an item's neighbours or their weights differ.

    `before` may have fewer items, which are then the first ones.

    >>> edges = np.array([0, 0, 1], np.int32), np.array([1, 2, 0], np.int32)
    >>> one = NeighbourGraph.of_edges(3, *edges, np.array([0.9, 0.5, 0.9]))
    >>> two = NeighbourGraph.of_edges(3, *edges, np.array([0.9, 0.4, 0.9]))
    >>> changed_owners(one, two).tolist()
    [True, False, False]
    """
    sizes = np.diff(now.indptr)
    old_sizes = np.zeros_like(sizes)
    old_sizes[: len(before.indptr) - 1] = np.diff(before.indptr)
    changed: Bools = sizes != old_sizes
    same_size = ~changed
    mine, theirs = same_size[now.owners], same_size[before.owners]
    differ = (now.items[mine] != before.items[theirs]) | (
        now.weights[mine] != before.weights[theirs]
    )
    changed[now.owners[mine][differ]] = True
    return changed


def users_who_like(history: DataFrame, items: Bools) -> DataFrame:
    """Return the user_id of the users who like one of these items in any split.

    Args:
        history: Rows of user_history.
        items: By item_idx.
    """
    whole = of_history(history, "all")
    shared = history.sparkSession.sparkContext.broadcast(items)

    def those(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            histories = Histories.of_batch(batch)
            hits = np.concatenate([[0], np.cumsum(shared.value[histories.likes])])
            likes_one = np.diff(hits[histories.likes_indptr]) > 0
            yield batch.select([C.USER_ID]).filter(pa.array(likes_one))

    return whole.mapInArrow(those, StructType([whole.schema[C.USER_ID]]))


def users_to_renew(
    history: DataFrame, old_lists: DataFrame, changed: Changed, owners: Bools
) -> DataFrame | None:
    """Return the user_id, each once, whose lists of a neighbour source must be made again.

    None where nobody's must.

    Args:
        history: Rows of user_history as they are now.
        old_lists: The source's rows of recommendations.
        changed: What changed for all sources.
        owners: Whether an item's neighbours in this source changed.
    """
    parts = []
    if changed.users is not None:
        parts.append(changed.users)
    if owners.any():
        parts.append(users_who_like(history, owners))
    if changed.users is not None or changed.offer:
        # Likes decide the popular order, by which these lists were filled up.
        parts.append(old_lists.where(F.col(C.FALLBACK)).select(C.USER_ID))
    return reduce(DataFrame.unionByName, parts).distinct() if parts else None


def renewed(old_lists: DataFrame, users: DataFrame, made: DataFrame) -> DataFrame:
    """Return a source's rows: those of `users` as made now, all others' as they were.

    Args:
        old_lists: The source's rows of recommendations.
        users: user_id, each once.
        made: The lists of these users, as rows of recommendations without run_id.
    """
    kept = old_lists.join(users, on=C.USER_ID, how="left_anti")
    return kept.select(*made.columns).unionByName(made)
