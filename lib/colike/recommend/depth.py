"""How many neighbours per liked title a source looks at, chosen on the validation ratings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Doubles, Ints, Longs
from colike.compute.compiled import compiled
from colike.data.history import of_history
from colike.recommend.histories import Histories, rows_of
from colike.recommend.scorers import Scorer

HELD = "held"
# Names of run_metrics begin so, and end with the source.
DEPTH = "neighbours_per_item."
HITS = "source string, depth int, recall double, users bigint"


@dataclass(frozen=True)
class Choice:
    """A source's best depth, and the validation recall of every depth that was tried."""

    depth: int
    recall: Mapping[int, float]


def choose_depths(
    history: DataFrame, scorers: Mapping[tuple[str, int], Scorer]
) -> dict[str, Choice]:
    """Return for each source the depth with the best recall on validation likes.

    Users are scored from their train history alone; of equal depths the smallest wins.

    Args:
        history: Rows of user_history.
        scorers: Scorers by source and depth.
    """
    users = of_history(history, "train", F.col("likes_validation").alias(HELD))
    eligible = users.where(F.size(HELD) > 0)
    sums = _recall_sums(eligible, scorers).collect()
    recall: dict[str, dict[int, float]] = {}
    for row in sorted(sums, key=lambda row: (row[C.SOURCE], row["depth"])):
        # Rounded, so that the order in which partitions were added cannot change the choice.
        recall.setdefault(row[C.SOURCE], {})[row["depth"]] = round(row["recall"] / row["users"], 9)
    return {
        name: Choice(max(by_depth, key=lambda depth: (by_depth[depth], -depth)), by_depth)
        for name, by_depth in recall.items()
    }


def depths_in(metrics: DataFrame) -> dict[str, int]:
    """Return the depth of each source that rows of run_metrics tell; the newest run's stands."""
    rows = metrics.where(F.col(C.NAME).startswith(DEPTH)).orderBy(C.RUN_ID).collect()
    return {row[C.NAME].removeprefix(DEPTH): int(row[C.VALUE]) for row in rows}


@compiled
def recall_of(lists: Ints, held_indptr: Longs, held: Ints) -> Doubles:
    """Return each user's share of held-out likes that its list holds.

    >>> lists = np.array([[3, 1], [2, -1]], np.int32)
    >>> recall_of(lists, np.array([0, 2, 3]), np.array([1, 9, 5], np.int32)).tolist()
    [0.5, 0.0]
    """
    recall = np.zeros(len(lists), np.float64)
    for user in range(len(lists)):
        mine = held[held_indptr[user] : held_indptr[user + 1]]
        found = 0
        for item in mine:
            for listed in lists[user]:
                found += item == listed
        recall[user] = found / len(mine)
    return recall


def _recall_sums(users: DataFrame, scorers: Mapping[tuple[str, int], Scorer]) -> DataFrame:
    shared = users.sparkSession.sparkContext.broadcast(dict(scorers))

    def measure(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            histories = Histories.of_batch(batch)
            held = rows_of(batch.column(HELD))
            rows = []
            for (source, depth), scorer in shared.value.items():
                recall = recall_of(scorer(histories).items, *held)
                rows.append((source, depth, float(recall.sum()), len(recall)))
            yield _as_batch(rows)

    measured = users.mapInArrow(measure, HITS)
    sums = [F.sum(name).alias(name) for name in ("recall", "users")]
    return measured.groupBy(C.SOURCE, "depth").agg(*sums)


def _as_batch(rows: list[tuple[str, int, float, int]]) -> pa.RecordBatch:
    source, depth, recall, users = zip(*rows, strict=True)
    arrays = [
        pa.array(source),
        pa.array(depth, pa.int32()),
        pa.array(recall, pa.float64()),
        pa.array(users, pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[C.SOURCE, "depth", "recall", "users"])
