"""Tables of a catalog, whose names have three parts, take every write there is."""

from typing import get_args

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


def test_a_table_of_a_catalog_takes_every_write(catalog, write):
    def rows(*tuples):
        return neighbours(catalog, *tuples)

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
        write(catalog, step)
        found = catalog.read(TABLE).drop("run_id").collect()
        assert sorted(map(tuple, found)) == sorted(expected), step.how
    vacuum_now(catalog, TABLE, 168)
