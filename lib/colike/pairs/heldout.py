"""Held-out items: neither item of a held-out pair is in any train pair."""

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Ints
from colike.config.pairs import HeldoutConfig
from colike.data.splits import below

TRAIN = "train"
HELDOUT = "heldout"


def with_group(items: DataFrame, settings: HeldoutConfig) -> DataFrame:
    """Return item_idx and `split` of every item: heldout for a share by hash, else train."""
    is_held = below(
        settings.heldout_items, f"{settings.salt} heldout", F.col(C.ITEM_ID).cast("string")
    )
    return items.select(C.ITEM_IDX, F.when(is_held, HELDOUT).otherwise(TRAIN).alias(C.SPLIT))


def heldout_items(items: DataFrame, settings: HeldoutConfig) -> Ints:
    """Return item_idx of the held-out items; O(items) numbers."""
    held = with_group(items, settings).where(F.col(C.SPLIT) == HELDOUT)
    return np.array([row[C.ITEM_IDX] for row in held.collect()], np.int32)


def within_one_group(pairs: DataFrame, groups: DataFrame) -> DataFrame:
    """Return the pairs whose two items are in the same group, with its `split`; drop the others."""
    of_a = groups.select(F.col(C.ITEM_IDX).alias(C.ITEM_A), C.SPLIT)
    of_b = groups.select(F.col(C.ITEM_IDX).alias(C.ITEM_B), C.SPLIT)
    return pairs.join(F.broadcast(of_a), on=C.ITEM_A, how="inner").join(
        F.broadcast(of_b), on=[C.ITEM_B, C.SPLIT], how="inner"
    )
