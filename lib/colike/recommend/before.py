"""What the last lists were made of, and what of it has changed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools, Floats
from colike.config import Config
from colike.recommend.candidates import candidates
from colike.recommend.depth import depths_in
from colike.recommend.engine import Engine
from colike.recommend.renewal import Changed, changed_owners
from colike.recommend.sources import LoadedSource, load_neighbours, vectors_of
from colike.tables import Reader, Store
from colike.tables.changes import changes, is_whole

HISTORY = "user_history"


@dataclass(frozen=True)
class Before:
    """The tables that the last lists were made of, and how deep each source looked.

    Its `changed` are since then; `may` is what might be recommended then.
    """

    tables: Reader
    depths: Mapping[str, int]
    may: Bools
    changed: Changed

    def owners(self, source: LoadedSource, depth: int, engine: Engine) -> Bools | None:
        """Return whether each item's neighbours differ from what the last lists were made of.

        None where everyone's lists may, because the source is no neighbour source and has
        changed, or looks deeper or less deep, or diversity is measured in other vectors.
        """
        if self._is_other(source, depth, engine):
            return None
        nothing = np.zeros(engine.catalogue.size, np.bool_)
        if source.kind != "neighbour":
            return nothing
        # Items have kept their numbers, and new ones come last.
        ids = engine.catalogue.ids[: len(self.may)]
        then = load_neighbours(self.tables, source.name, ids, engine.settings)
        now = source.graph.towards(engine.may).cut(depth)
        return changed_owners(then.towards(self.may).cut(depth), now)

    def _is_other(self, source: LoadedSource, depth: int, engine: Engine) -> bool:
        changed, settings = self.changed, engine.settings
        if settings.diversity.relevance < 1 and (
            changed.offer or self._differ(settings.diversity.embedder, engine.vectors)
        ):
            return True
        if source.kind == "global":
            return changed.offer or changed.users is not None
        if source.kind == "vector":
            return changed.offer or self._differ(settings.profile.embedder, source.vectors)
        return self.depths.get(source.name) != depth

    def _differ(self, embedder: str, now: Floats) -> bool:
        return not np.array_equal(vectors_of(self.tables, embedder, len(self.may)), now)


def before(store: Store, last: Row, now: Reader, engine: Engine, config: Config) -> Before | None:
    """Return what the last lists were made of; None where no list can be counted on.

    Args:
        store: The store.
        last: The run of the last lists, as `Job.before` returns it.
        now: The tables as they are.
        engine: The engine of today's lists.
        config: The config, which was the same.
    """
    then = Reader(store, last["versions_in"])
    others = {table: at for table, at in then.pinned.items() if table != HISTORY}
    for table, version in others.items():
        if version != now.pinned.get(table) and not is_whole(store, table, version):
            return None
    if not _numbers_stand(then.read("items"), now.read("items")):
        return None
    feed = changes(store, HISTORY, then.pinned[HISTORY], now.pinned[HISTORY])
    if feed is None:
        return None
    touched = feed.after.select(C.USER_ID).unionByName(feed.before.select(C.USER_ID)).distinct()
    users = None if then.pinned[HISTORY] == now.pinned[HISTORY] else touched
    may = candidates(then.read("items"), config.recommend.candidates)
    offer = not np.array_equal(may, engine.may)
    of_last = store.read("run_metrics").where(F.col(C.RUN_ID) == last[C.RUN_ID])
    return Before(then, depths_in(of_last), may, Changed(users, offer))


def _numbers_stand(then: DataFrame, now: DataFrame) -> bool:
    """Whether every item of then is still there, under its number."""
    same = now.select(C.ITEM_ID, C.ITEM_IDX)
    return then.join(same, on=[C.ITEM_ID, C.ITEM_IDX], how="left_anti").isEmpty()
