"""What a publication keeps for analysts beside the champion's lists: its items and their fans."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import RATED
from colike.data.splits import SPLITS, TRAIN

#: Tables with the rows of each published run; views show those of the champion's.
PUBLISHED = (
    "published_recommendations",
    "published_neighbours",
    "published_items",
    "published_pairs",
)


def of_champion(frame: DataFrame, source: str) -> DataFrame:
    """Return a source's rows of recommendations (history all) or of item_neighbours."""
    mine = frame.where(F.col(C.SOURCE) == source)
    if C.HISTORY in frame.columns:
        mine = mine.where(F.col(C.HISTORY) == "all").drop(C.HISTORY)
    return mine.drop(C.RUN_ID)


def items_with_audience(items: DataFrame, history: DataFrame, ratings: DataFrame) -> DataFrame:
    """Return item_id, title, attributes, and the ratings and likes of each item.

    Args:
        items: Rows of items.
        history: Rows of user_history.
        ratings: Rows of ratings.
    """
    counted = F.count(F.lit(1))
    rated = ratings.groupBy(C.ITEM_ID).agg(counted.alias(C.RATINGS))
    likes = F.concat(*(F.col(f"{C.LIKES}_{split}") for split in SPLITS))
    single = history.select(F.explode(likes).alias(C.ITEM_IDX))
    liked = single.groupBy(C.ITEM_IDX).agg(counted.alias(C.LIKES))
    joined = items.join(rated, on=C.ITEM_ID, how="left").join(liked, on=C.ITEM_IDX, how="left")
    counts = (F.coalesce(name, F.lit(0)).alias(name) for name in (C.RATINGS, C.LIKES))
    return joined.select(C.ITEM_ID, C.TITLE, C.ATTRIBUTES, *counts)


def pairs_with_lift(pairs: DataFrame, history: DataFrame) -> DataFrame:
    """Return the rows of item_similarity with `lift`: co-likes over those expected by chance.

    lift(a, b) = colikes(a, b) * users / (likes(a) * likes(b)), among the users with a train rating
    (the `lift` of association rules: Brin et al. 1997, there called interest).
    """
    rated = sum((F.size(f"{opinion}_{TRAIN}") for opinion in RATED), F.lit(0))
    users = history.where(rated > 0).agg(F.count(F.lit(1)).alias(C.USERS))
    by_chance = F.col(C.LIKES_A).cast("double") * F.col(C.LIKES_B)
    lift = F.col(C.COLIKES) * F.col(C.USERS) / by_chance
    counts = (C.LIKES_A, C.LIKES_B, C.COLIKES, C.JACCARD)
    return pairs.crossJoin(users).select(C.ITEM_A, C.ITEM_B, *counts, lift.alias(C.LIFT))
