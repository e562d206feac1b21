import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.history import of_history
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


# The splits of a user whose ratings are of all kinds, of one without any like, and of one who is
# in the test split alone: user_id, then likes and seen of train, validation and test.
HISTORY = [
    (1, [0, 2], [0, 1, 2], [3], [3], [4], [4]),
    (2, [], [1], [], [], [], []),
    (3, [], [], [], [], [0], [0]),
]
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def history(spark):
    arrays = [f"{what}_{split} array<int>" for split in SPLITS for what in ("likes", "seen")]
    return spark.createDataFrame(HISTORY, ", ".join(["user_id bigint", *arrays]))


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
