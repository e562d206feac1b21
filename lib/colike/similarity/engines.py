"""The engines behind one function: all return the same rows, as far as they find them."""

from collections.abc import Callable
from typing import Final

from pyspark.sql import DataFrame

from colike.config.models import SimilarityConfig
from colike.data.splits import TrainLikes
from colike.similarity.jaccard import similarity_rows
from colike.similarity.self_join import colikes, item_likes
from colike.similarity.tiled import tiled_similarity

Engine = Callable[[TrainLikes, int, SimilarityConfig], DataFrame]


def similarity(likes: TrainLikes, items: int, settings: SimilarityConfig) -> DataFrame:
    """Return pairs of item_idx with likes_a, likes_b, colikes and jaccard within the bounds.

    Args:
        likes: Train likes.
        items: Number of items; every item_idx is below it.
        settings: Engine and bounds.
    """
    return ENGINES[settings.method](likes, items, settings)


def _self_join(likes: TrainLikes, items: int, settings: SimilarityConfig) -> DataFrame:
    counted, margins = colikes(likes), item_likes(likes)
    return similarity_rows(counted, margins, settings.min_colikes, settings.min_jaccard)


def _tiled(likes: TrainLikes, items: int, settings: SimilarityConfig) -> DataFrame:
    return tiled_similarity(likes, items, settings.min_colikes, settings.min_jaccard)


ENGINES: Final[dict[str, Engine]] = {"self_join": _self_join, "tiled": _tiled}
