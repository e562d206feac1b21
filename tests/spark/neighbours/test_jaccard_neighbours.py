import numpy as np
import pytest

from colike import columns as C
from colike.neighbours.ranking import jaccard_neighbours


def ranked(spark, pairs, k, id_type="bigint"):
    frame = spark.createDataFrame(
        [(a, b, jaccard) for (a, b), jaccard in pairs.items()],
        f"item_a {id_type}, item_b {id_type}, jaccard double",
    )
    found = {}
    rows = jaccard_neighbours(frame.repartition(3), k).collect()
    for row in sorted(rows, key=lambda row: (row[C.ITEM_ID], row[C.RANK])):
        mine = found.setdefault(row[C.ITEM_ID], [])
        mine.append((row[C.NEIGHBOUR_ID], row[C.WEIGHT]))
        assert row[C.RANK] == len(mine), "ranks are dense from 1"
    return found


def brute_force(pairs, k):
    items = {item for pair in pairs for item in pair}
    return {
        item: sorted(
            (
                (({*pair} - {item}).pop(), jaccard)
                for pair, jaccard in pairs.items()
                if item in pair
            ),
            key=lambda edge: (-edge[1], edge[0]),
        )[:k]
        for item in items
    }


@pytest.mark.parametrize(("seed", "k"), [(0, 3), (1, 100)])
def test_neighbours_are_the_best_in_both_directions_ties_by_id(spark, seed, k):
    random = np.random.default_rng(seed)
    # Jaccards of one digit: most of them tie.
    pairs = {
        (a, b): round(float(random.random()), 1) + 0.1
        for a in range(12)
        for b in range(a + 1, 12)
        if random.random() < 0.6
    }
    assert ranked(spark, pairs, k) == brute_force(pairs, k)


def test_ids_as_text_tie_in_the_order_of_text(spark):
    pairs = {("b", "x"): 0.5, ("a", "x"): 0.5, ("x", "é"): 0.5, ("Z", "x"): 0.5}
    assert [other for other, _ in ranked(spark, pairs, 9, "string")["x"]] == ["Z", "a", "b", "é"]
