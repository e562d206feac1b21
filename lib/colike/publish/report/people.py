"""Some users' lists from every source, next to their test ratings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TEST
from colike.tables import Tables

LEAST_TEST_LIKES = 3
DEPTH = 10
KNOWN_SHOWN = 12
TEST_SHOWN = 30

Verdict = Literal["liked", "lower", "unrated"]


@dataclass(frozen=True)
class Title:
    """An item in a list: its rank there, and the user's rating if there is one."""

    position: int
    title: str
    rating: float | None
    verdict: Verdict


@dataclass
class Person:
    """A user: ten recommendations per source, some known likes, and some test ratings."""

    user_id: str
    lists: dict[str, list[Title]] = field(default_factory=dict)
    known: list[Title] = field(default_factory=list)
    test: list[Title] = field(default_factory=list)
    known_total: int = 0
    test_total: int = 0


def people(tables: Tables, users: int) -> list[Person]:
    """Return `users` users, chosen by hash among those with at least three test likes."""
    order = F.xxhash64(F.lit("report"), F.col(C.USER_ID).cast("string"))
    has_likes = F.size(C.LIKES_TEST) >= LEAST_TEST_LIKES
    chosen = (
        tables.read_or_empty("user_history").where(has_likes).orderBy(order, C.USER_ID).limit(users)
    )
    ids = [row[C.USER_ID] for row in chosen.select(C.USER_ID).collect()]
    found = {user: Person(str(user)) for user in ids}
    ratings = _titled_ratings(tables, ids).cache()
    for row in _recommended(tables, ids, ratings).collect():
        found[row[C.USER_ID]].lists.setdefault(row[C.SOURCE], []).append(
            Title(row[C.RANK], row[C.TITLE], row[C.RATING], _verdict(row[C.RATING], row["liked"]))
        )
    for row in _shown(ratings).collect():
        _add_rating(found[row[C.USER_ID]], row[C.SPLIT] == TEST, row["total"], _rated(row))
    ratings.unpersist()
    return list(found.values())


def _titled_ratings(tables: Tables, ids: Sequence[object]) -> DataFrame:
    """Return the users' ratings with title and whether they are likes."""
    history = tables.read_or_empty("user_history").where(F.col(C.USER_ID).isin(list(ids)))
    likes = F.concat(C.LIKES_TRAIN, C.LIKES_VALIDATION, C.LIKES_TEST)
    ratings = tables.read_or_empty("ratings").where(F.col(C.USER_ID).isin(list(ids)))
    items = tables.read_or_empty("items").select(C.ITEM_ID, C.ITEM_IDX, C.TITLE)
    joined = ratings.join(items, on=C.ITEM_ID, how="inner").join(
        F.broadcast(history.select(C.USER_ID, likes.alias(C.LIKES))), on=C.USER_ID, how="inner"
    )
    liked = F.array_contains(C.LIKES, F.col(C.ITEM_IDX)).alias("liked")
    return joined.select(C.USER_ID, C.ITEM_ID, C.TITLE, C.RATING, C.SPLIT, liked)


def _recommended(tables: Tables, ids: Sequence[object], ratings: DataFrame) -> DataFrame:
    """Return the users' lists by known history, each title with its test rating."""
    wanted = (F.col(C.HISTORY) == "known") & (F.col(C.RANK) <= DEPTH)
    lists = tables.read_or_empty("recommendations").where(wanted & F.col(C.USER_ID).isin(list(ids)))
    test = ratings.where(F.col(C.SPLIT) == TEST).select(C.USER_ID, C.ITEM_ID, C.RATING, "liked")
    titles = tables.read_or_empty("items").select(C.ITEM_ID, C.TITLE)
    return (
        lists.join(titles, on=C.ITEM_ID, how="inner")
        .join(F.broadcast(test), on=[C.USER_ID, C.ITEM_ID], how="left")
        .select(C.USER_ID, C.SOURCE, C.RANK, C.TITLE, C.RATING, "liked")
        .orderBy(C.USER_ID, C.SOURCE, C.RANK)
    )


def _shown(ratings: DataFrame) -> DataFrame:
    """Return each user's best known likes and test ratings, and how many there are of each."""
    is_test = (F.col(C.SPLIT) == TEST).alias("is_test")
    group = Window.partitionBy(C.USER_ID, is_test)
    order = group.orderBy(F.desc("liked"), F.desc(C.RATING), C.TITLE, C.ITEM_ID)
    kept = ratings.where(is_test | F.col("liked"))
    numbered = kept.withColumn("position", F.row_number().over(order)).withColumn(
        "total", F.count("*").over(group)
    )
    most = F.when(is_test, TEST_SHOWN).otherwise(KNOWN_SHOWN)
    return numbered.where(F.col("position") <= most).orderBy(C.USER_ID, is_test, "position")


def _rated(row: Row) -> Title:
    return Title(
        row["position"], row[C.TITLE], row[C.RATING], _verdict(row[C.RATING], row["liked"])
    )


def _add_rating(person: Person, is_test: bool, total: int, title: Title) -> None:
    if is_test:
        person.test.append(title)
        person.test_total = total
    else:
        person.known.append(title)
        person.known_total = total


def _verdict(rating: float | None, liked: bool | None) -> Verdict:
    if rating is None:
        return "unrated"
    return "liked" if liked else "lower"
