"""The book's engine for one user: an id and k in, titles with reasons out, from any source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.recommend import RecommendConfig
from colike.config.sources import KnownSources
from colike.data.history import OPINIONS, of_history
from colike.data.splits import train_likes
from colike.data.values import id_of
from colike.embedding.vectors import vectors_by_index
from colike.recommend.catalogue import collect_catalogue
from colike.recommend.histories import Histories
from colike.recommend.lists import to_arrow
from colike.recommend.offer import Offer, offer_of
from colike.recommend.scorers import Scorer
from colike.recommend.tuning import chosen_in
from colike.run.log import RunLog
from colike.sources.base import Fitted
from colike.sources.popularity import POPULARITY
from colike.sources.registry import fit_sources, source_named
from colike.tables import IdTypes, Tables

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


@dataclass(frozen=True)
class UserSettings:
    """What the lists of a store were made with.

    `chosen` are the neighbours_per_item of sources, as the last recommend job chose or was given
    them.
    """

    recommend: RecommendConfig
    known: KnownSources
    chosen: Mapping[str, int]


def chosen_neighbours_per_item(log: RunLog, settings: RecommendConfig) -> dict[str, int]:
    """Return what the last recommend job chose for each source, or was given."""
    last = log.successes.get("recommend")
    figures = {} if last is None else {name: value for name, (value, _) in last.figures.items()}
    return {**chosen_in(figures), **settings.neighbours_per_item}


def recommend_user(
    tables: Tables,
    ids: IdTypes,
    settings: UserSettings,
    user: str,
    k: int,
    sources: list[str],
    neighbours_per_item: int | None = None,
) -> UserLists:
    """Return a user's k best items from each source, by all ratings of the user.

    Stored lists are read. Longer lists, other neighbours_per_item, and users without ratings (who
    get the popular list) are computed by the same kernels.

    Args:
        tables: The tables of a store that has run the chain.
        ids: The types of their ids.
        settings: What its last run had.
        user: The user's id as text.
        k: Length of the lists.
        sources: Sources to ask.
        neighbours_per_item: How many neighbours of each liked item count; None for what the chain
            chose.
    """
    user_id = id_of(user, ids.user_id)
    is_user = F.lit(False) if user_id is None else F.col(C.USER_ID) == user_id
    mine = of_history(tables.read("user_history").where(is_user), HISTORY).collect()
    if mine and neighbours_per_item is None and k <= settings.recommend.k:
        stored = tables.read("recommendations").where(is_user & (F.col(C.HISTORY) == HISTORY))
        rows = stored.where((F.col(C.RANK) <= k) & F.col(C.SOURCE).isin(sources))
        found = [row.asDict(recursive=True) for row in rows.collect()]
        if found:  # no rows where only others are published
            return UserLists(user, True, _titled(tables, settings, found, sources))
    asked = sources if mine else [POPULARITY]
    histories = Histories.of_user(*(mine[0][opinion] if mine else [] for opinion in OPINIONS))
    found = _computed(tables, settings, histories, k, asked, neighbours_per_item)
    return UserLists(user, bool(mine), _titled(tables, settings, found, asked))


def _computed(
    tables: Tables,
    settings: UserSettings,
    histories: Histories,
    k: int,
    sources: list[str],
    neighbours_per_item: int | None,
) -> list[dict[str, Any]]:
    offer = _offer(tables, settings.recommend)
    rows: list[dict[str, Any]] = []
    for source in fit_sources(tables, offer.catalogue, settings.recommend, settings.known, sources):
        size = neighbours_per_item or settings.chosen.get(source.name, max(source.grid, default=0))
        plain = partial(_plain, source, size)
        scorer = offer.lists(plain, min(k, offer.catalogue.size))
        batch = to_arrow(pa.array([0]), scorer(histories), offer.catalogue)
        rows += [{**row, C.SOURCE: source.name} for row in batch.to_pylist()]
    return rows


def _plain(source: Fitted, neighbours_per_item: int, offer: Offer, k: int) -> Scorer:
    return source.scorer(offer, neighbours_per_item, k)


def _offer(tables: Tables, settings: RecommendConfig) -> Offer:
    items = tables.read("items")
    catalogue = collect_catalogue(items, train_likes(tables.read("user_history")))
    vectors = np.zeros((0, 0), np.float32)
    if settings.diversity.relevance < 1:
        embeddings, embedder = tables.read_or_empty("item_embeddings"), settings.diversity.embedder
        vectors = vectors_by_index(embeddings, items, embedder, catalogue.size)
    return offer_of(items, catalogue, vectors, settings)


def _titled(
    tables: Tables, settings: UserSettings, rows: list[dict[str, Any]], sources: list[str]
) -> list[Recommended]:
    reasons = [part[C.ITEM_ID] for row in rows for part in row[C.BECAUSE]]
    wanted = {*(row[C.ITEM_ID] for row in rows), *reasons}
    items = tables.read("items").where(F.col(C.ITEM_ID).isin(list(wanted)))
    titles = {row[0]: row[1] for row in items.select(C.ITEM_ID, C.TITLE).collect()}
    weighted = {name: source_named(name, settings.known).has_weighted_reasons for name in sources}
    ordered = sorted(rows, key=lambda row: (sources.index(row[C.SOURCE]), row[C.RANK]))
    return [
        Recommended(
            source=row[C.SOURCE],
            rank=row[C.RANK],
            item_id=row[C.ITEM_ID],
            title=_title(titles, row[C.ITEM_ID]),
            score=row[C.SCORE],
            support=row[C.SUPPORT],
            cosine=row[C.BECAUSE][0][C.PART]
            if row[C.BECAUSE] and weighted[row[C.SOURCE]]
            else None,
            because=[{**part, C.TITLE: _title(titles, part[C.ITEM_ID])} for part in row[C.BECAUSE]],
            fallback=row[C.FALLBACK],
        )
        for row in ordered
    ]


def _title(titles: Mapping[Any, str], item_id: Any) -> str:
    """Stored lists are older than items where a run ended between the jobs ingest and recommend."""
    return titles.get(item_id, f"item {item_id}, which has left the item file")
