"""Held-out items: a held-out pair has neither item in any training pair."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import PairsConfig
from colike.data.splits import below

TRAIN = "train"
HELDOUT = "heldout"


def with_group(items: DataFrame, settings: PairsConfig) -> DataFrame:
    """Return item_idx and `split` of every item: heldout for a share by hash, else train."""
    is_held = below(
        settings.heldout_items, f"{settings.salt} heldout", F.col(C.ITEM_ID).cast("string")
    )
    return items.select(C.ITEM_IDX, F.when(is_held, HELDOUT).otherwise(TRAIN).alias(C.SPLIT))


def within_group(pairs: DataFrame, groups: DataFrame, group: str) -> DataFrame:
    """Return the pairs both of whose items are in the group; mixed pairs are in neither."""
    mine = groups.where(F.col(C.SPLIT) == group)
    for side in (C.ITEM_A, C.ITEM_B):
        index = F.broadcast(mine.select(F.col(C.ITEM_IDX).alias(side)))
        pairs = pairs.join(index, on=side, how="left_semi")
    return pairs
