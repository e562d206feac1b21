"""The data of the report, collected as small frames."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import Column
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import RATED
from colike.data.splits import SPLITS
from colike.embedding.models import newest_model
from colike.tables import Tables

JACCARD_BINS = 50


@dataclass(frozen=True)
class Summary:
    """How much data the store holds."""

    ratings: int
    users: int
    items: int
    likes: int
    test_ratings: int

    @property
    def likes_share(self) -> float:
        """Share of the ratings that are likes; 0 without ratings."""
        return self.likes / self.ratings if self.ratings else 0.0


@dataclass(frozen=True)
class Training:
    """The newest training: name, curve by step, and metrics on held-out pairs."""

    name: str
    base: str
    objective: str
    curve: list[dict[str, float]]
    metrics: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Pointer:
    """The champion: the source that analysts see."""

    source: str
    run_id: str
    reason: str


def summary(tables: Tables) -> Summary:
    """Return the counts of ratings, users, items and likes."""
    history = tables.read_or_empty("user_history")
    counts = history.agg(
        F.count("*").alias(C.USERS),
        _total((C.LIKES,), SPLITS).alias(C.LIKES),
        _total(RATED, SPLITS).alias(C.RATINGS),
        _total(RATED, ("test",)).alias("test_ratings"),
    ).collect()[0]
    return Summary(items=tables.read_or_empty("items").count(), **counts.asDict())


def evaluation(tables: Tables, run_id: str | None) -> pd.DataFrame:
    """Return the rows of a run's evaluation, empty where there are none."""
    mine = F.col(C.RUN_ID) == F.lit(run_id)
    return tables.read_or_empty("evaluation").where(mine).toPandas()


def jaccard_counts(tables: Tables) -> list[int]:
    """Return how many pairs of items fall into each of JACCARD_BINS equal bins of (0, 1]."""
    number = F.least(F.floor(F.col(C.JACCARD) * JACCARD_BINS), F.lit(JACCARD_BINS - 1))
    binned = tables.read_or_empty("item_similarity").groupBy(number.alias("bin")).count().collect()
    counts = [0] * JACCARD_BINS
    for row in binned:
        counts[row["bin"]] = row["count"]
    return counts


def training(tables: Tables) -> Training | None:
    """Return the newest training, None before the first."""
    row = newest_model(tables.read_or_empty("models"))
    if row is None:
        return None
    curve, metrics = json.loads(row[C.CURVE]), json.loads(row[C.METRICS])
    return Training(row[C.NAME], row[C.BASE], row[C.OBJECTIVE], curve, metrics)


def _total(opinions: tuple[str, ...], splits: tuple[str, ...]) -> Column:
    names = [f"{opinion}_{split}" for opinion in opinions for split in splits]
    sizes = [F.size(name).cast("bigint") for name in names]
    return F.coalesce(F.sum(sum(sizes[1:], sizes[0])), F.lit(0))
