"""The book's engine for one user: an id and k in, titles with reasons out, from any source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import Config
from colike.data.history import of_history
from colike.recommend.depth import depths_in
from colike.recommend.engine import load_engine
from colike.recommend.histories import Histories
from colike.recommend.lists import to_arrow
from colike.recommend.sources import kind_of, load_sources
from colike.tables import Store

POPULARITY = "popularity"
HISTORY = "all"


@dataclass(frozen=True)
class Recommended:
    """One title of a list; `cosine` is the largest neighbour weight behind it, if any."""

    source: str
    rank: int
    item_id: int | str
    title: str
    score: float
    support: int
    cosine: float | None
    because: list[dict[str, object]]
    fallback: bool


@dataclass(frozen=True)
class UserLists:
    """A user's lists from every asked source, and whether the store knows the user."""

    user: str
    known: bool
    rows: list[Recommended]


def recommend_user(
    store: Store, config: Config, user: str, k: int, sources: list[str], depth: int | None = None
) -> UserLists:
    """Return a user's k best titles from each source, by all ratings of the user.

    What is stored is read; deeper lists, another depth, and users without ratings (who get
    the popular list) are computed by the same kernel.

    Args:
        store: A store that has run the chain.
        config: The config of its last run.
        user: The user's id as text.
        k: Length of the lists.
        sources: Sources to ask.
        depth: Neighbours per liked title; None for what the chain chose.
    """
    is_user = F.col(C.USER_ID).cast("string") == user
    mine = of_history(store.read("user_history").where(is_user), HISTORY).collect()
    if mine and depth is None and k <= config.recommend.k:
        stored = store.read("recommendations").where(is_user & (F.col(C.HISTORY) == HISTORY))
        rows = stored.where((F.col(C.RANK) <= k) & F.col(C.SOURCE).isin(sources))
        found = [row.asDict(recursive=True) for row in rows.collect()]
        if found:  # no rows where only others are published
            return UserLists(user, True, _titled(store, config, found, sources))
    asked = sources if mine else [POPULARITY]
    likes, seen = (mine[0][C.LIKES], mine[0][C.SEEN]) if mine else ([], [])
    histories = Histories.of_user(likes, seen)
    found = _computed(store, config, histories, k, asked, depth)
    return UserLists(user, bool(mine), _titled(store, config, found, asked))


def chosen_depths(store: Store, config: Config) -> Mapping[str, int]:
    """Return the neighbours per title that the last recommend job chose or was given."""
    found = depths_in(store.read("run_metrics"))
    return {**found, **config.recommend.neighbours_per_item}


def _computed(
    store: Store,
    config: Config,
    histories: Histories,
    k: int,
    sources: list[str],
    depth: int | None,
) -> list[dict[str, Any]]:
    engine = load_engine(store, config)
    depths = chosen_depths(store, config)
    rows: list[dict[str, Any]] = []
    for source in load_sources(store, engine.catalogue, config, sources):
        wide = depth or depths.get(source.name, config.neighbours.k)
        scorer = engine.scorer(source, wide, min(k, engine.catalogue.size))
        batch = to_arrow(pa.array([0]), scorer(histories), engine.catalogue)
        rows += [{**row, C.SOURCE: source.name} for row in batch.to_pylist()]
    return rows


def _titled(
    store: Store, config: Config, rows: list[dict[str, Any]], sources: list[str]
) -> list[Recommended]:
    reasons = [part[C.ITEM_ID] for row in rows for part in row[C.BECAUSE]]
    wanted = {*(row[C.ITEM_ID] for row in rows), *reasons}
    items = store.read("items").where(F.col(C.ITEM_ID).isin(list(wanted)))
    titles = {row[0]: row[1] for row in items.select(C.ITEM_ID, C.TITLE).collect()}
    ordered = sorted(rows, key=lambda row: (sources.index(row[C.SOURCE]), row[C.RANK]))
    return [
        Recommended(
            source=row[C.SOURCE],
            rank=row[C.RANK],
            item_id=row[C.ITEM_ID],
            title=titles[row[C.ITEM_ID]],
            score=row[C.SCORE],
            support=row[C.SUPPORT],
            cosine=row[C.BECAUSE][0][C.PART]
            if row[C.BECAUSE] and kind_of(row[C.SOURCE], config) == "neighbour"
            else None,
            because=[{**part, C.TITLE: titles[part[C.ITEM_ID]]} for part in row[C.BECAUSE]],
            fallback=row[C.FALLBACK],
        )
        for row in ordered
    ]
