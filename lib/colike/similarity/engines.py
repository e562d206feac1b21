"""The engines behind one function. All return the same rows, though MinHash may miss some."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.similarity import MinhashConfig, SimilarityConfig
from colike.data.splits import TrainLikes
from colike.similarity.banding import Banding, banding_for
from colike.similarity.counting import counted
from colike.similarity.jaccard import similarity_rows
from colike.similarity.margins import dense_margins, item_likes
from colike.similarity.minhash import candidates, signatures
from colike.similarity.recall import exact_sample, recall_by_bucket
from colike.similarity.self_join import colikes, without_heavy
from colike.similarity.tiled import tiled_similarity

#: Figures by name, each with its unit, to which engines add their own.
Figures = dict[str, tuple[float, str]]
SALT = "minhash sample"


@dataclass(frozen=True)
class Counting:
    """What an engine works with.

    `items` is the number of items, and every item_idx is below it; `figures` takes how it went.
    """

    likes: TrainLikes
    items: int
    settings: SimilarityConfig
    figures: Figures


def similarity(counting: Counting) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds."""
    return ENGINES[counting.settings.method](counting)


def banding_of(settings: MinhashConfig) -> Banding:
    """Return the banding that finds what the config asks for.

    Raises:
        ConfigError: None does at a cost that makes sense.
    """
    return banding_for(settings.jaccard, settings.recall, settings.rows, settings.matches)


def _self_join(counting: Counting) -> DataFrame:
    settings, likes = counting.settings, counting.likes
    if settings.self_join.max_likes is not None:
        likes, lost = without_heavy(likes, settings.self_join.max_likes)
        counting.figures["self_join.users_left_out"] = (lost.users, "users")
        counting.figures["self_join.likes_left_out"] = (lost.likes, "share")
        counting.figures["self_join.increments_left_out"] = (lost.increments, "share")
    counts = colikes(likes, settings.self_join.part_likes)
    return similarity_rows(counts, item_likes(likes), settings.min_colikes, settings.min_jaccard)


def _tiled(counting: Counting) -> DataFrame:
    settings = counting.settings
    return tiled_similarity(
        counting.likes, counting.items, settings.min_colikes, settings.min_jaccard
    )


def _minhash(counting: Counting) -> DataFrame:
    settings, likes, wanted = counting.settings, counting.likes, counting.settings.minhash
    bounds = (settings.min_colikes, settings.min_jaccard)
    margins = item_likes(likes).localCheckpoint()
    banding = banding_of(wanted)
    found = candidates(
        signatures(likes, margins, banding.hashes, settings.min_colikes),
        dense_margins(margins, counting.items),
        banding,
        wanted.largest_bucket,
        settings.min_jaccard,
    )
    pairs = found.pairs.localCheckpoint()
    counting.figures["minhash.bands"] = (banding.bands, "bands")
    counting.figures["minhash.candidates"] = (pairs.count(), "pairs")
    counting.figures["minhash.capped_buckets"] = (found.capped, "buckets")
    rows = similarity_rows(counted(pairs, likes, counting.items), margins, *bounds)
    if wanted.sampled_items:
        # Read twice: measured, then written.
        rows = rows.localCheckpoint()
        _measure_recall(counting, margins, rows, banding)
    return rows


def _measure_recall(
    counting: Counting, margins: DataFrame, rows: DataFrame, banding: Banding
) -> None:
    """Measure recall against the exact pairs of `minhash.sampled_items` items."""
    settings = counting.settings
    order = F.xxhash64(F.lit(SALT), C.ITEM_IDX)
    sample = margins.select(C.ITEM_IDX).orderBy(order).limit(settings.minhash.sampled_items)
    exact = exact_sample(
        counting.likes, margins, sample, settings.min_colikes, settings.min_jaccard
    )
    for bucket in recall_by_bucket(exact, rows, banding):
        name = f"minhash.{{}}.{bucket.low:g}-{bucket.high:g}"
        counting.figures[name.format("recall")] = (bucket.found / bucket.pairs, "share")
        counting.figures[name.format("expected_recall")] = (bucket.expected, "share")
        counting.figures[name.format("sampled_pairs")] = (bucket.pairs, "pairs")


ENGINES: Final[dict[str, Callable[[Counting], DataFrame]]] = {
    "self_join": _self_join,
    "tiled": _tiled,
    "minhash": _minhash,
}
