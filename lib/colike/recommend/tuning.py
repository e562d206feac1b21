"""How many neighbours of each liked item count, chosen on the validation ratings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Doubles, Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.ragged import ragged
from colike.data.history import of_history
from colike.recommend.histories import Histories
from colike.recommend.scorers import Scorer

# Names of figures begin so, and end with the source.
CHOSEN, RECALL = "neighbours_per_item.", "validation_recall."
TRIED = "tried"
HITS = f"{C.SOURCE} string, {TRIED} int, recall double, users bigint"
#: Scorers of validation lists by source and neighbours_per_item.
Trials = Mapping[tuple[str, int], Scorer]


@dataclass(frozen=True)
class Choice:
    """A source's best neighbours_per_item, and the validation recall of each that was tried."""

    neighbours_per_item: int
    recall: Mapping[int, float]

    def figures(self, source: str) -> dict[str, tuple[float, str]]:
        """Return the choice as figures of the job, by name."""
        tried = {
            f"{RECALL}{source}.{size}": (recall, "recall") for size, recall in self.recall.items()
        }
        return {f"{CHOSEN}{source}": (self.neighbours_per_item, "neighbours"), **tried}


def choose(history: DataFrame, trials: Trials) -> dict[str, Choice]:
    """Return for each source the neighbours_per_item with the best recall on validation likes.

    Users are scored from their train history alone; of equal ones the smallest wins.

    Args:
        history: Rows of user_history.
        trials: What to try; no source is chosen for without a trial.
    """
    if not trials:
        return {}
    users = of_history(history, "train", F.col(C.LIKES_VALIDATION).alias(C.HELD))
    eligible = users.where(F.size(C.HELD) > 0)
    sums = _recall_sums(eligible, trials).collect()
    recall: dict[str, dict[int, float]] = {}
    for row in sorted(sums, key=lambda row: (row[C.SOURCE], row[TRIED])):
        # Rounded, so that the order in which partitions were added cannot change the choice.
        recall.setdefault(row[C.SOURCE], {})[row[TRIED]] = round(row["recall"] / row["users"], 9)
    return {
        name: Choice(max(tried, key=lambda size: (tried[size], -size)), tried)
        for name, tried in recall.items()
    }


def chosen_in(figures: Mapping[str, float]) -> dict[str, int]:
    """Return the neighbours_per_item of each source that a job's figures tell."""
    return {
        name.removeprefix(CHOSEN): int(value)
        for name, value in figures.items()
        if name.startswith(CHOSEN)
    }


def figures_of(
    figures: Mapping[str, tuple[float, str]], source: str
) -> dict[str, tuple[float, str]]:
    """Return those of a job's figures that tell what was chosen for a source."""
    mine = (f"{CHOSEN}{source}", f"{RECALL}{source}.")
    return {
        name: figure
        for name, figure in figures.items()
        if name == mine[0] or (name.startswith(mine[1]) and name[len(mine[1]) :].isdigit())
    }


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


def _recall_sums(users: DataFrame, trials: Trials) -> DataFrame:
    shared = users.sparkSession.sparkContext.broadcast(dict(trials))

    def measure(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            histories = Histories.of_batch(batch)
            held = ragged(batch.column(C.HELD), np.int32)
            rows = []
            for (source, size), scorer in shared.value.items():
                recall = recall_of(scorer(histories).items, *held)
                rows.append((source, size, float(recall.sum()), len(recall)))
            yield _as_batch(rows)

    measured = users.mapInArrow(measure, HITS)
    sums = [F.sum(name).alias(name) for name in ("recall", "users")]
    return measured.groupBy(C.SOURCE, TRIED).agg(*sums)


def _as_batch(rows: list[tuple[str, int, float, int]]) -> pa.RecordBatch:
    source, tried, recall, users = zip(*rows, strict=True)
    arrays = [
        pa.array(source),
        pa.array(tried, pa.int32()),
        pa.array(recall, pa.float64()),
        pa.array(users, pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[C.SOURCE, TRIED, "recall", "users"])
