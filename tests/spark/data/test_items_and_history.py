import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import of_history, user_history
from colike.data.items import with_index


def numbered(spark, ids, known, id_type="bigint"):
    items = spark.createDataFrame([(item,) for item in ids], f"item_id {id_type}")
    before = spark.createDataFrame(list(known.items()), f"item_id {id_type}, item_idx int")
    rows = with_index(items, before).collect()
    assert len(rows) == len(ids)
    return {row[C.ITEM_ID]: row[C.ITEM_IDX] for row in rows}


def test_the_first_items_are_numbered_by_id(spark):
    assert numbered(spark, [30, 10, 20], {}) == {10: 0, 20: 1, 30: 2}
    assert numbered(spark, ["b", "a", "é"], {}, "string") == {"a": 0, "b": 1, "é": 2}


def test_known_items_keep_their_number_and_new_ones_follow(spark):
    known = {10: 1, 20: 0, 30: 2}
    assert numbered(spark, [5, 10, 20, 25, 30], known) == {**known, 5: 3, 25: 4}


def test_numbers_stay_dense_when_items_leave_the_file(spark):
    # A number is a position in arrays, so a gap would shift or overrun them.
    known = {10: 0, 20: 1, 30: 2, 40: 3}
    assert numbered(spark, [10, 30, 40, 5], known) == {10: 0, 30: 1, 40: 2, 5: 3}


# Each line: user, item, rating, split. Item 10 has number 0, 20 has 1, and so on.
RATINGS = [
    (1, 30, 9.0, "train"),  # a like
    (1, 10, 10.0, "train"),  # a like with a smaller number, though it comes later
    (1, 20, 8.0, "train"),  # seen, no like
    (1, 40, 9.0, "validation"),
    (1, 50, 9.0, "test"),
    (2, 20, 2.0, "train"),  # a user without any like
    (3, 10, 9.0, "test"),  # a user who is in the test split alone
]


@pytest.fixture(scope="module")
def history(spark):
    ratings = spark.createDataFrame(
        RATINGS, "user_id bigint, item_id bigint, rating float, split string"
    )
    items = spark.createDataFrame(
        [(10 * (i + 1), i) for i in range(5)], "item_id bigint, item_idx int"
    )
    return user_history(ratings.repartition(3), items, 9).cache()


def test_a_history_packs_likes_and_seen_by_split_sorted(history):
    rows = {row[C.USER_ID]: row.asDict() for row in history.collect()}
    empty = {f"{what}_{split}": [] for what in ("likes", "seen") for split in SPLITS}
    assert rows == {
        1: {
            "user_id": 1,
            "likes_train": [0, 2],
            "seen_train": [0, 1, 2],
            "likes_validation": [3],
            "seen_validation": [3],
            "likes_test": [4],
            "seen_test": [4],
        },
        2: {"user_id": 2, **empty, "seen_train": [1]},
        3: {"user_id": 3, **empty, "likes_test": [0], "seen_test": [0]},
    }


SPLITS = ("train", "validation", "test")


@pytest.mark.parametrize(
    ("name", "likes", "seen"),
    [
        ("train", [0, 2], [0, 1, 2]),
        ("known", [0, 2, 3], [0, 1, 2, 3]),
        ("all", [0, 2, 3, 4], [0, 1, 2, 3, 4]),
    ],
)
def test_a_history_stands_for_its_splits(history, name, likes, seen):
    row = of_history(history, name).where(F.col(C.USER_ID) == 1).collect()[0]
    assert (sorted(row[C.LIKES]), sorted(row[C.SEEN])) == (likes, seen)
