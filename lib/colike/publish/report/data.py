"""The data of the report, collected as small frames."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import SPLITS
from colike.tables import Store

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


def table(store: Store, name: str) -> DataFrame:
    """Return a table, or an empty frame with its columns if it does not exist yet."""
    return store.read(name) if store.exists(name) else store.empty(name)


def summary(store: Store) -> Summary:
    """Return the counts of ratings, users, items and likes."""
    history = table(store, "user_history")
    counts = history.agg(
        F.count("*").alias("users"),
        _total(C.LIKES, SPLITS).alias(C.LIKES),
        _total(C.SEEN, SPLITS).alias("ratings"),
        _total(C.SEEN, ("test",)).alias("test_ratings"),
    ).collect()[0]
    return Summary(items=table(store, "items").count(), **counts.asDict())


def latest_run(store: Store) -> str | None:
    """Return the run that wrote the newest event."""
    row = table(store, "runs").agg(F.max_by(C.RUN_ID, "at")).collect()[0]
    return None if row[0] is None else str(row[0])


def evaluation(store: Store) -> pd.DataFrame:
    """Return the rows of the newest evaluation that ended, or no rows."""
    ended = (F.col("job") == "evaluate") & (F.col("event") == "succeeded")
    newest = table(store, "runs").where(ended).agg(F.max_by(C.RUN_ID, "at").alias(C.RUN_ID))
    return table(store, "evaluation").join(F.broadcast(newest), on=C.RUN_ID, how="inner").toPandas()


def not_run(store: Store) -> dict[str, str]:
    """Return the embedders that the newest job embed left out, each with the reason."""
    runs = table(store, "runs")
    embedded = (F.col("job") == "embed") & (F.col("event") == "succeeded")
    newest = runs.where(embedded).agg(F.max_by(C.RUN_ID, "at").alias(C.RUN_ID))
    left_out = runs.where(F.col("event") == "not_run").join(
        F.broadcast(newest), on=C.RUN_ID, how="inner"
    )
    rows = left_out.orderBy("at").select("job", "error").collect()
    return {row["job"].removeprefix("embed."): row["error"] or "" for row in rows}


def champion(store: Store) -> Pointer | None:
    """Return the last champion move, or None before the first."""
    moves = table(store, "champion_moves").orderBy(F.desc("at")).limit(1)
    rows = moves.select(C.SOURCE, C.RUN_ID, C.REASON).collect()
    return Pointer(*rows[0]) if rows else None


def jaccard_counts(store: Store) -> list[int]:
    """Return the number of pairs in each of JACCARD_BINS equal bins of (0, 1]."""
    number = F.least(F.floor(F.col(C.JACCARD) * JACCARD_BINS), F.lit(JACCARD_BINS - 1))
    binned = table(store, "item_similarity").groupBy(number.alias("bin")).count().collect()
    counts = [0] * JACCARD_BINS
    for row in binned:
        counts[row["bin"]] = row["count"]
    return counts


def training(store: Store) -> Training | None:
    """Return the newest training, or None before the first."""
    rows = table(store, "models").orderBy(F.desc("created_at")).limit(1).collect()
    if not rows:
        return None
    row = rows[0]
    curve, metrics = json.loads(row["curve"]), json.loads(row["metrics"])
    return Training(row[C.NAME], row["base"], row["objective"], curve, metrics)


def _total(what: str, splits: tuple[str, ...]) -> Column:
    sizes = [F.size(f"{what}_{split}").cast("bigint") for split in splits]
    return F.coalesce(F.sum(sum(sizes[1:], sizes[0])), F.lit(0))
