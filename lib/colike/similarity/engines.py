"""The engines behind one function: all return the same rows, as far as they find them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import SimilarityConfig
from colike.data.splits import TrainLikes
from colike.similarity.banding import banding_for
from colike.similarity.jaccard import similarity_rows
from colike.similarity.margins import item_likes
from colike.similarity.minhash import candidates, signatures, verified
from colike.similarity.recall import exact_sample, recall_by_bucket
from colike.similarity.self_join import colikes
from colike.similarity.tiled import tiled_similarity

#: Takes a figure's name, value and unit.
Measure = Callable[[str, float, str], None]
SALT = "minhash sample"


@dataclass(frozen=True)
class Counting:
    """What an engine works with.

    `items` is the number of items, and every item_idx is below it; `measure` takes figures of
    how it went.
    """

    likes: TrainLikes
    items: int
    settings: SimilarityConfig
    measure: Measure


def similarity(counting: Counting) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds."""
    return ENGINES[counting.settings.method](counting)


def _self_join(counting: Counting) -> DataFrame:
    settings, likes = counting.settings, counting.likes
    margins = item_likes(likes)
    return similarity_rows(colikes(likes), margins, settings.min_colikes, settings.min_jaccard)


def _tiled(counting: Counting) -> DataFrame:
    settings = counting.settings
    return tiled_similarity(
        counting.likes, counting.items, settings.min_colikes, settings.min_jaccard
    )


def _minhash(counting: Counting) -> DataFrame:
    """Candidates are kept, because they are counted, verified and measured."""
    settings, likes = counting.settings, counting.likes
    bounds = (settings.min_colikes, settings.min_jaccard)
    margins = item_likes(likes).localCheckpoint()
    banding = banding_for(settings.minhash.jaccard, settings.minhash.recall, settings.minhash.rows)
    signed = signatures(likes, banding.hashes).localCheckpoint()
    found = candidates(signed, banding, settings.minhash.largest_bucket)
    pairs = found.pairs.localCheckpoint()
    counting.measure("minhash.bands", banding.bands, "bands")
    counting.measure("minhash.candidates", pairs.count(), "pairs")
    counting.measure("minhash.capped_buckets", found.capped.count(), "buckets")
    rows = verified(pairs, likes, margins, *bounds).localCheckpoint()
    order = F.xxhash64(F.lit(SALT), C.ITEM_IDX)
    sample = margins.select(C.ITEM_IDX).orderBy(order).limit(settings.minhash.sampled_items)
    exact = exact_sample(likes, margins, sample, *bounds)
    for bucket in recall_by_bucket(exact, rows, banding):
        name = f"minhash.{{}}.{bucket.low:g}-{bucket.high:g}"
        counting.measure(name.format("recall"), bucket.found / bucket.pairs, "share")
        counting.measure(name.format("expected_recall"), bucket.expected, "share")
        counting.measure(name.format("sampled_pairs"), bucket.pairs, "pairs")
    return rows


ENGINES: Final[dict[str, Callable[[Counting], DataFrame]]] = {
    "self_join": _self_join,
    "tiled": _tiled,
    "minhash": _minhash,
}
