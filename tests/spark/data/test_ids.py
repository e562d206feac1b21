"""Pairs by ids do not depend on the numbers that items have got in a store."""

import pytest

from colike import columns as C
from colike.data.ids import pairs_to_ids, pairs_to_indices

PAIRS = (
    f"{C.ITEM_A} int, {C.ITEM_B} int, {C.LIKES_A} bigint, {C.LIKES_B} bigint, {C.COLIKES} bigint"
)


@pytest.mark.parametrize(("kind", "ids"), [("bigint", (30, 7, 100)), ("string", ("x", "a", "é"))])
def test_item_a_is_the_smaller_one_of_ids_and_of_numbers(spark, kind, ids):
    items = spark.createDataFrame(
        list(zip(ids, range(3), strict=True)), f"{C.ITEM_ID} {kind}, {C.ITEM_IDX} int"
    )
    rows = {(0, 1, 10, 20, 3), (0, 2, 10, 30, 4), (1, 2, 20, 30, 5)}
    named = pairs_to_ids(spark.createDataFrame(list(rows), PAIRS), items)
    x, a, z = ids
    assert set(map(tuple, named.collect())) == {
        (a, x, 20, 10, 3), (x, z, 10, 30, 4), (a, z, 20, 30, 5),
    }  # fmt: skip
    assert named.columns == [column.split()[0] for column in PAIRS.split(", ")]
    assert set(map(tuple, pairs_to_indices(named, items).collect())) == rows


def test_pairs_without_likes_are_put_in_order_too(spark):
    items = spark.createDataFrame([(9, 0), (8, 1)], f"{C.ITEM_ID} bigint, {C.ITEM_IDX} int")
    pairs = spark.createDataFrame([(0, 1, 0.5)], f"{C.ITEM_A} int, {C.ITEM_B} int, jaccard double")
    (row,) = pairs_to_ids(pairs, items).collect()
    assert tuple(row) == (8, 9, 0.5)
