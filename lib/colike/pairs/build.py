"""Builds labelled pairs: positives, and negatives in equal parts of each kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.pairs import PairsConfig
from colike.data.splits import TrainLikes
from colike.pairs.heldout import HELDOUT, TRAIN, with_group, within_one_group
from colike.pairs.negatives import (
    OVERDRAW,
    PLACE,
    below,
    first_by_hash,
    hard,
    places_by_id,
    popular_pairs,
    random_pairs,
)
from colike.pairs.positives import positives
from colike.pairs.rarity import less_than_chance
from colike.similarity.margins import item_likes

#: Held-out pairs have negatives of all kinds; train pairs have those of `pairs.kinds`.
KINDS = ("below", "random", "popular", "hard")


@dataclass(frozen=True)
class PairInputs:
    """What pairs are made from, in item_idx.

    `similarity` has item_a, item_b, colikes and jaccard; `near` has item_idx and `neighbour`,
    the nearest items in the base embedder; `items` has item_id and item_idx.
    """

    similarity: DataFrame
    likes: TrainLikes
    items: DataFrame
    near: DataFrame


def build_pairs(inputs: PairInputs, settings: PairsConfig) -> DataFrame:
    """Return item_a, item_b (item_idx), label, jaccard, kind and split of all pairs.

    Frames that are read several times are kept by localCheckpoint, not cache(): Spark takes
    longer to write out a plan of nested cached plans than to run it. The price: if an executor
    is lost, the job fails and has to be run again.
    """
    margins = item_likes(inputs.likes).localCheckpoint()
    places = places_by_id(inputs.items).localCheckpoint()
    groups = with_group(inputs.items, settings).join(places, on=C.ITEM_IDX).localCheckpoint()
    good = positives(inputs.similarity, settings.threshold, settings.min_colikes)
    good = within_one_group(good, groups).localCheckpoint()
    counts = {row[C.SPLIT]: row["count"] for row in good.groupBy(C.SPLIT).count().collect()}
    wanted = {
        split: round(
            counts.get(split, 0) * settings.negatives_per_positive / len(kinds_of(split, settings))
        )
        for split in (TRAIN, HELDOUT)
    }
    users = inputs.likes.where(F.size(C.LIKES) > 0).count()
    candidates = _candidates(inputs, margins, groups, wanted, settings, users).localCheckpoint()
    rare = less_than_chance(candidates, inputs.similarity, inputs.likes, margins, users)
    # Two very popular items can exceed the threshold and still be below chance.
    negatives = rare.where(F.col(C.JACCARD) <= settings.threshold).localCheckpoint()
    parts = [_labelled(good.withColumn(C.KIND, F.lit("positive")), 1)]
    for split, count in wanted.items():
        for kind in kinds_of(split, settings):
            mine = negatives.where((F.col(C.SPLIT) == split) & (F.col(C.KIND) == kind))
            chosen = first_by_hash(mine, count, _salt(settings, kind, split), places)
            parts.append(_labelled(chosen, 0))
    # A pair drawn as two kinds is kept once, under the kind that is first by name.
    together = reduce(DataFrame.unionByName, parts)
    return together.groupBy(C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.SPLIT).agg(
        F.min(C.KIND).alias(C.KIND)
    )


def kinds_of(split: str, settings: PairsConfig) -> Sequence[str]:
    """Return the kinds of negatives of a split, which has equally many of each."""
    return KINDS if split == HELDOUT else settings.kinds


def _candidates(
    inputs: PairInputs,
    margins: DataFrame,
    groups: DataFrame,
    wanted: dict[str, int],
    settings: PairsConfig,
    users: int,
) -> DataFrame:
    """Return item_a, item_b, kind and split of up to OVERDRAW times as many pairs as wanted."""
    liked_enough = margins.where(F.col(C.LIKES) >= settings.min_likes)
    parts = []
    for split, count in wanted.items():
        mine = groups.where(F.col(C.SPLIT) == split)
        liked = liked_enough.join(mine, on=C.ITEM_IDX, how="inner").localCheckpoint()
        pool = liked.select(C.ITEM_IDX, PLACE)
        salts = {kind: _salt(settings, kind, split) for kind in KINDS}
        drawn: dict[str, Callable[[], DataFrame]] = {
            "below": partial(below, inputs.similarity, pool, settings.threshold, users),
            "random": partial(random_pairs, pool, count, salts["random"]),
            "popular": partial(popular_pairs, liked, count, salts["popular"]),
            "hard": partial(hard, inputs.near, pool),
        }
        for kind in kinds_of(split, settings):
            few = first_by_hash(drawn[kind](), count * OVERDRAW, salts[kind], groups)
            parts.append(few.withColumns({C.KIND: F.lit(kind), C.SPLIT: F.lit(split)}))
    return reduce(DataFrame.unionByName, parts)


def _salt(settings: PairsConfig, kind: str, split: str) -> str:
    return f"{settings.salt} {kind} {split}"


def _labelled(pairs: DataFrame, label: int) -> DataFrame:
    with_label = pairs.withColumn(C.LABEL, F.lit(label).cast("tinyint"))
    return with_label.select(C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.KIND, C.SPLIT)
