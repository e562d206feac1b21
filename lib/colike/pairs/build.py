"""Puts labelled pairs together: positives, and as many negatives of each kind."""

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import PairsConfig
from colike.data.splits import TrainLikes
from colike.pairs.counting import less_than_chance
from colike.pairs.heldout import HELDOUT, TRAIN, with_group, within_group
from colike.pairs.negatives import OVERDRAW, below, first_by_hash, ordered_pairs, random_pairs
from colike.pairs.positives import positives
from colike.similarity.self_join import item_likes

KINDS = ("below", "random", "hard")


@dataclass(frozen=True)
class PairInputs:
    """What pairs are made from, everything in item_idx.

    `similarity` has item_a, item_b, colikes, jaccard; `near` has item_idx and `neighbour`,
    the nearest titles in the base embedder; `items` has item_id and item_idx.
    """

    similarity: DataFrame
    likes: TrainLikes
    items: DataFrame
    near: DataFrame


def build_pairs(inputs: PairInputs, settings: PairsConfig) -> DataFrame:
    """Return item_a, item_b (item_idx), label, jaccard, kind and split of all pairs."""
    margins = item_likes(inputs.likes).cache()
    groups = with_group(inputs.items, settings).cache()
    users = inputs.likes.where(F.size(C.LIKES) > 0).count()
    liked_enough = margins.where(F.col(C.LIKES) >= settings.min_likes)
    all_positives = positives(inputs.similarity, settings.threshold, settings.min_colikes)
    parts = []
    for split in (TRAIN, HELDOUT):
        good = within_group(all_positives, groups, split).cache()
        wanted = round(good.count() * settings.negatives_per_positive / len(KINDS))
        mine = groups.where(F.col(C.SPLIT) == split).select(C.ITEM_IDX)
        pool = liked_enough.join(mine, on=C.ITEM_IDX, how="left_semi").select(C.ITEM_IDX).cache()
        parts.append(_labelled(good, 1, "positive", split))
        for kind in KINDS:
            salt = f"{settings.salt} {kind} {split}"
            candidates = _candidates(kind, inputs, pool, wanted, settings, salt, users)
            few = first_by_hash(candidates, wanted * OVERDRAW, salt)
            # Of two very popular titles even chance can exceed the threshold.
            rare = less_than_chance(few, inputs.likes, margins, users).where(
                F.col(C.JACCARD) <= settings.threshold
            )
            parts.append(_labelled(first_by_hash(rare, wanted, salt), 0, kind, split))
    # A pair that two kinds drew is kept once, under the kind whose name comes first.
    together = reduce(DataFrame.unionByName, parts)
    return together.groupBy(C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.SPLIT).agg(
        F.min(C.KIND).alias(C.KIND)
    )


def _candidates(
    kind: str,
    inputs: PairInputs,
    pool: DataFrame,
    wanted: int,
    settings: PairsConfig,
    salt: str,
    users: int,
) -> DataFrame:
    if kind == "below":
        return below(inputs.similarity, pool, settings.threshold, users)
    if kind == "random":
        return random_pairs(pool, wanted, salt)
    near = inputs.near
    for side in (C.ITEM_IDX, "neighbour"):
        mine = F.broadcast(pool.select(F.col(C.ITEM_IDX).alias(side)))
        near = near.join(mine, on=side, how="left_semi")
    return ordered_pairs(near, F.col(C.ITEM_IDX), F.col("neighbour"))


def _labelled(pairs: DataFrame, label: int, kind: str, split: str) -> DataFrame:
    return pairs.select(
        C.ITEM_A,
        C.ITEM_B,
        F.lit(label).cast("tinyint").alias(C.LABEL),
        C.JACCARD,
        F.lit(kind).alias(C.KIND),
        F.lit(split).alias(C.SPLIT),
    )
