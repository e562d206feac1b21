"""Names that would end a text or a name in SQL are what they are, and touch no other row."""

import pytest

from colike.tables import IdTypes, Store
from colike.tables.maintenance import optimize
from colike.tables.writes import overwrite, replace, trim

from .neighbour_rows import NEIGHBOURS, TABLE

IDS = IdTypes("bigint", "string")
HOSTILE = ["x' OR '1'='1", "x\\' OR 1=1 --", 'x" OR "1"="1', "`; DROP TABLE runs", "$(id)\n{0}%s"]


def of(spark, *sources):
    rows = [(source, "a", 1, "b", 0.5) for source in sources]
    return spark.createDataFrame(rows, NEIGHBOURS).coalesce(1)


@pytest.fixture
def store(spark, tmp_path):
    """A store in a folder with a name of the same kind."""
    return Store.open(spark, str(tmp_path / "my `store`' OR 1=1 --"), IDS)


def test_rows_of_hostile_names_are_replaced_and_trimmed_alone(spark, store, write):
    write(store, overwrite(TABLE, of(spark, "base", *HOSTILE)))
    for name in HOSTILE:
        write(store, replace(TABLE, of(spark, name), {"source": [name]}))
    found = sorted(row["source"] for row in store.read(TABLE).collect())
    assert found == sorted(["base", *HOSTILE])
    write(store, trim(TABLE, {"source": ["base", HOSTILE[0]]}))
    assert {row["source"] for row in store.read(TABLE).collect()} == {"base", HOSTILE[0]}
    optimize(store, TABLE)
    assert store.existing() == {TABLE}
