import pytest

from colike import columns as C
from colike.data.history import OPINIONS, of_history, seen_in
from colike.data.items import with_index

from ...histories import SCHEMA, history_tuple


def numbered(spark, ids, known, id_type="bigint"):
    items = spark.createDataFrame([(item,) for item in ids], f"item_id {id_type}")
    pairs = known.items() if isinstance(known, dict) else known
    before = spark.createDataFrame(list(pairs), f"item_id {id_type}, item_idx int")
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


def test_an_item_has_one_number_where_somebody_has_put_it_into_the_table_twice(spark):
    assert numbered(spark, [10, 20, 30], [(20, 0), (10, 1), (10, 7), (20, 0)]) == {
        20: 0,
        10: 1,
        30: 2,
    }


@pytest.fixture(scope="module")
def history(spark):
    mine = {"likes_train": [0, 2], "passives_train": [1], "detractors_train": [6]}
    later = {"likes_validation": [3], "passives_test": [5], "likes_test": [4]}
    row = history_tuple(1, **mine, **later, unrated_train=[7])
    return spark.createDataFrame([row], f"user_id bigint, {SCHEMA}")


@pytest.mark.parametrize(
    ("name", "likes", "passives"),
    [("train", [0, 2], [1]), ("known", [0, 2, 3], [1]), ("all", [0, 2, 3, 4], [1, 5])],
)
def test_a_history_stands_for_its_splits_by_opinion(history, name, likes, passives):
    row = of_history(history, name).collect()[0]
    opinions = [sorted(row[opinion]) for opinion in OPINIONS]
    assert opinions == [likes, passives, [6], [7]]


def test_what_is_seen_in_a_split_has_every_opinion(history):
    splits = ("train", "validation", "test")
    row = history.select(*(seen_in(split).alias(split) for split in splits)).collect()[0]
    assert [sorted(row[split]) for split in splits] == [[0, 1, 2, 6, 7], [3], [4, 5]]
