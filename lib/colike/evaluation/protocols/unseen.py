"""Protocol unseen: how items are found that nobody is known to like.

A share of the items by hash, the same that no embedder is trained on, is kept out of everything
else that is fitted: likes, similarity, popularity, neighbours, EASE. Users' ratings of them are the
targets, to be found from what else these users have rated (docs/method.md, Protocols).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.models import UNSEEN, NeighboursConfig
from colike.config.pairs import HeldoutConfig
from colike.config.recommend import RecommendConfig
from colike.config.similarity import SimilarityConfig
from colike.config.sources import KnownSources
from colike.data.history import for_tuning, of_history, without_items
from colike.data.splits import TestRatings, train_likes
from colike.evaluation.lists import as_lists
from colike.evaluation.sums import Key, Sums
from colike.pairs.heldout import heldout_items
from colike.recommend.catalogue import Catalogue, Ids
from colike.recommend.offer import Offer, offer_of
from colike.recommend.scoring import recommend_all
from colike.recommend.tuning import choose
from colike.similarity.engines import Counting, similarity
from colike.similarity.jaccard import named
from colike.sources.base import Fitted, Work
from colike.sources.depths import depth_of, trials_of
from colike.sources.registry import find_neighbours, fit_sources
from colike.tables import IdTypes, Replaced, Tables, small_frame

#: Ranked among the unseen items alone.
AMONG = f"{UNSEEN}_among"
HISTORY = "known"


@dataclass(frozen=True)
class Refit:
    """What the sources are fitted with again.

    `cached` keeps a frame that is read more than once; `scratch` is a local folder.
    """

    heldout: HeldoutConfig
    similarity: SimilarityConfig
    neighbours: NeighboursConfig
    recommend: RecommendConfig
    sources: KnownSources
    ids: IdTypes
    scratch: Path
    cached: Callable[[DataFrame], DataFrame]


@dataclass(frozen=True)
class Fits:
    """Sources that do not know the unseen items, and what they were fitted on.

    Attributes:
        unseen: By item_idx, which items are unseen: kept out, and liked by somebody.
        history: Rows of user_history without ratings of them.
        catalogue: The items with the likes that are left.
        offer: What may be recommended.
        sources: The sources, each with its neighbours_per_item.
    """

    unseen: Bools
    history: DataFrame
    catalogue: Catalogue
    offer: Offer
    sources: list[tuple[Fitted, int]]


def fits_without(tables: Tables, whole: Catalogue, refit: Refit) -> Fits | None:
    """Return every source fitted as if nobody had rated the held-out items.

    None where no held-out item is liked.

    Args:
        tables: Where items, user_history, ratings and item_embeddings are read.
        whole: The items with all their likes.
        refit: What to fit with.
    """
    items = tables.read("items")
    held = np.zeros(whole.size, np.bool_)
    held[heldout_items(items, refit.heldout)] = True
    if not whole.likes[held].any():
        return None
    less = refit.cached(without_items(tables.read("user_history"), held))
    fitted_on, catalogue = _fitted_on(tables, less, _named(items, whole.ids[held]), refit)
    chosen = refit.recommend
    # Plain lists: this is about scores, and diversity would only rearrange them.
    plain = chosen.diversity.model_copy(update={"relevance": 1.0})
    plainly = chosen.model_copy(update={"diversity": plain})
    offer = offer_of(items, catalogue, np.zeros((0, 0), np.float32), plainly)
    fitted = fit_sources(fitted_on, catalogue, chosen, refit.sources, chosen.sources)
    choices = choose(for_tuning(less), trials_of(fitted, offer))
    sources = [(one, depth_of(one, choices)) for one in fitted]
    return Fits(held & (whole.likes > 0), less, catalogue, offer, sources)


def _fitted_on(
    tables: Tables, history: DataFrame, held: DataFrame, refit: Refit
) -> tuple[Replaced, Catalogue]:
    """Return the tables without ratings of `held` items, what is made of them made again.

    And the items with the likes that are left.
    """
    items, ids = tables.read("items"), refit.ids
    counting = Counting(train_likes(history), items.count(), refit.similarity, {})
    pairs = named(similarity(counting), items, refit.similarity.method)
    ratings = tables.read("ratings").join(F.broadcast(held), on=C.ITEM_ID, how="left_anti")
    without = {
        "user_history": history,
        "ratings": ratings,
        "item_similarity": refit.cached(pairs),
    }
    work = Work(Replaced(tables, without), refit.neighbours, ids, refit.scratch, is_measured=False)
    found = find_neighbours(work, refit.sources)
    made = {
        "item_neighbours": refit.cached(found.rows),
        "rankers": small_frame(history.sparkSession, "rankers", found.learnt, ids),
    }
    if found.factors is not None:
        made["item_factors"] = refit.cached(found.factors)
    return Replaced(tables, {**without, **made}), work.catalogue


def unseen_ratings(ratings: DataFrame, fits: Fits, most_users: int) -> TestRatings:
    """Return the ratings of unseen items by users who like something else that is known.

    Args:
        ratings: Rows of ratings, of every split: the fits know none of these.
        fits: The fits.
        most_users: How many users at most, chosen by hash.
    """
    wanted = _named(ratings, fits.catalogue.ids[fits.unseen])
    mine = ratings.join(F.broadcast(wanted), on=C.ITEM_ID, how="left_semi")
    likes = of_history(fits.history, HISTORY).where(F.size(C.LIKES) > 0)
    users = mine.select(C.USER_ID).distinct().join(likes, on=C.USER_ID, how="left_semi")
    order = F.xxhash64(F.lit(UNSEEN), F.col(C.USER_ID).cast("string"))
    chosen = users.orderBy(order, C.USER_ID).limit(most_users)
    return TestRatings(mine.join(chosen, on=C.USER_ID, how="left_semi"))


def unseen_lists(fits: Fits, items: DataFrame, users: DataFrame, k: int, ids: IdTypes) -> DataFrame:
    """Return all sources' lists of both rankings, as `as_lists` gives them, in one frame.

    `source` is `RANKING NAME`, of the rankings UNSEEN (lists that users would get) and AMONG
    (unseen items alone); see `by_ranking`.

    Args:
        fits: The fits.
        items: Rows of items.
        users: user_id of the users who are asked.
        k: Length of the lists.
        ids: Types of the ids.
    """
    may = fits.offer.may & fits.unseen
    among = replace(fits.offer, may=may, catalogue=fits.catalogue.unfilled)
    mine = of_history(fits.history, HISTORY).join(users, on=C.USER_ID, how="left_semi")
    parts = [
        recommend_all({HISTORY: mine}, source.scorer(offer, size, k), ids)[HISTORY].select(
            F.lit(f"{ranking} {source.name}").alias(C.SOURCE), "*"
        )
        for ranking, offer in ((UNSEEN, fits.offer), (AMONG, among))
        for source, size in fits.sources
    ]
    return as_lists(reduce(DataFrame.unionByName, parts), items)


def names_of(fits: Fits) -> list[str]:
    """Return what `source` is in `unseen_lists`, of sources without any list too."""
    return [f"{ranking} {one.name}" for ranking in (UNSEEN, AMONG) for one, _ in fits.sources]


def by_ranking(sums: Mapping[Key, Sums]) -> dict[str, dict[Key, Sums]]:
    """Return the sums of each ranking, by the sources' own names."""
    found: dict[str, dict[Key, Sums]] = {UNSEEN: {}, AMONG: {}}
    for (source, segment, metric, k), own in sums.items():
        ranking, _, name = source.partition(" ")
        found[ranking][name, segment, metric, k] = own
    return found


def _named(like: DataFrame, ids: Ids) -> DataFrame:
    """Return a row per item: its item_id, of the type that another frame has."""
    rows = [(one,) for one in ids.tolist()]
    return like.sparkSession.createDataFrame(rows, like.select(C.ITEM_ID).schema)
