"""Scores every user: Arrow batches of histories in, lists out, the kernel between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from colike import columns as C
from colike.recommend.catalogue import Catalogue
from colike.recommend.graph import NeighbourGraph
from colike.recommend.kernel import AGGREGATES, Bools, Doubles, Ints, Longs, score_users
from colike.tables import contracts
from colike.tables.contracts import IdTypes

LIST_COLUMNS = (C.USER_ID, C.RANK, C.ITEM_ID, C.SCORE, C.SUPPORT, C.BECAUSE, C.FALLBACK)


@dataclass(frozen=True)
class Histories:
    """Likes and seen items of a batch of users, as compressed rows of item_idx."""

    likes_indptr: Longs
    likes: Ints
    seen_indptr: Longs
    seen: Ints

    @staticmethod
    def of_batch(batch: pa.RecordBatch) -> "Histories":
        """Return the histories of an Arrow batch with list columns `likes` and `seen`."""
        return Histories(*_rows(batch.column(C.LIKES)), *_rows(batch.column(C.SEEN)))


@dataclass(frozen=True)
class Lists:
    """The best items of a batch of users, each array users x k (because: x 3)."""

    items: Ints
    scores: Doubles
    supports: Ints
    because: Ints
    parts: Doubles
    fallback: Bools


@dataclass(frozen=True)
class Scorer:
    """One source ready to score: catalogue, neighbours, aggregate and length of the lists.

    A global source has no neighbours: its lists are the popular order, scored by likes.
    """

    catalogue: Catalogue
    graph: NeighbourGraph
    is_global: bool
    aggregate: str
    k: int

    def __call__(self, histories: Histories) -> Lists:
        """Return the lists of a batch of users."""
        lists = Lists(
            *score_users(
                histories.likes_indptr,
                histories.likes,
                histories.seen_indptr,
                histories.seen,
                self.graph.indptr,
                self.graph.items,
                self.graph.weights,
                self.catalogue.popular,
                self.catalogue.order,
                AGGREGATES[self.aggregate],
                self.k,
            )
        )
        if not self.is_global:
            return lists
        scores = np.where(lists.items >= 0, self.catalogue.likes[lists.items], 0).astype(float)
        never = np.zeros_like(lists.fallback)
        return Lists(lists.items, scores, lists.supports, lists.because, lists.parts, never)


def recommend_all(histories: DataFrame, scorer: Scorer, ids: IdTypes) -> DataFrame:
    """Return the lists of all users: LIST_COLUMNS, typed as table recommendations has them.

    Args:
        histories: user_id, likes and seen (sorted item_idx).
        scorer: What scores; every executor receives it once.
        ids: Types of the ids.
    """
    contract = contracts()["recommendations"].spark_schema(ids)
    schema = type(contract)([contract[name] for name in LIST_COLUMNS])
    shared = histories.sparkSession.sparkContext.broadcast(scorer)

    def score(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            lists = shared.value(Histories.of_batch(batch))
            yield to_arrow(batch.column(C.USER_ID), lists, shared.value.catalogue)

    return histories.mapInArrow(score, schema)


def to_arrow(users: pa.Array, lists: Lists, catalogue: Catalogue) -> pa.RecordBatch:
    """Return lists as rows with LIST_COLUMNS, a row per user and rank."""
    there = lists.items >= 0
    owner, rank = np.nonzero(there)
    ids = pa.array(catalogue.ids)
    because, parts = lists.because[there], lists.parts[there]
    has_part = because >= 0
    offsets = np.concatenate([[0], np.cumsum(has_part.sum(axis=1))]).astype(np.int32)
    reasons = pa.StructArray.from_arrays(
        [ids.take(pa.array(because[has_part])), pa.array(parts[has_part])], [C.ITEM_ID, C.PART]
    )
    columns = {
        C.USER_ID: users.take(pa.array(owner)),
        C.RANK: pa.array((rank + 1).astype(np.int32)),
        C.ITEM_ID: ids.take(pa.array(lists.items[there])),
        C.SCORE: pa.array(lists.scores[there]),
        C.SUPPORT: pa.array(lists.supports[there]),
        C.BECAUSE: pa.ListArray.from_arrays(pa.array(offsets), reasons),
        C.FALLBACK: pa.array(lists.fallback[there]),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _rows(column: pa.ListArray) -> tuple[Longs, Ints]:
    offsets = column.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], column.flatten().to_numpy().astype(np.int32)
