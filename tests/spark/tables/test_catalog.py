"""Tables of a catalog, whose names have three parts, take every write there is."""

import uuid
from typing import get_args

import pytest

from colike.tables import IdTypes, Store
from colike.tables.maintenance import vacuum as vacuum_now
from colike.tables.writes import (
    How,
    append,
    keep,
    merge,
    optimize,
    overwrite,
    prune,
    replace,
    trim,
    vacuum,
)

from .neighbour_rows import FIRST, OTHER, SECOND, TABLE, neighbours

THIRD = ("jaccard", "a", 3, "d", 0.125)
CHANGED = ("jaccard", "a", 1, "b", 0.75)


@pytest.fixture
def in_catalog(spark):
    schema = f"writes_{uuid.uuid4().hex[:8]}"
    yield Store.open(spark, f"spark_catalog.{schema}", IdTypes("bigint", "string"))
    spark.sql(f"DROP SCHEMA IF EXISTS spark_catalog.{schema} CASCADE")


def test_a_table_of_a_catalog_takes_every_write(in_catalog, write):
    def rows(*tuples):
        return neighbours(in_catalog, *tuples)

    jaccard, base = {"source": ["jaccard"]}, {"source": ["base"]}
    steps = [
        (overwrite(TABLE, rows(FIRST, SECOND, OTHER)), [OTHER, FIRST, SECOND]),
        (merge(TABLE, rows(CHANGED, THIRD, OTHER)), [OTHER, CHANGED, THIRD]),
        (append(TABLE, rows(SECOND)), [OTHER, SECOND, CHANGED, THIRD]),
        (replace(TABLE, rows(FIRST), jaccard), [OTHER, FIRST]),
        (keep(TABLE), [OTHER, FIRST]),
        (optimize(TABLE), [OTHER, FIRST]),
        (trim(TABLE, {"source": ["jaccard", "base"], "item_id": ["a"]}), [OTHER, FIRST]),
        (trim(TABLE, base), [OTHER]),
        (vacuum(TABLE, 168), [OTHER]),
        (prune(TABLE, {"source": []}), []),
    ]
    assert {write.how for write, _ in steps} == set(get_args(How))
    for step, expected in steps:
        write(in_catalog, step)
        found = in_catalog.read(TABLE).drop("run_id").collect()
        assert sorted(map(tuple, found)) == sorted(expected), step.how
    vacuum_now(in_catalog, TABLE, 168)
